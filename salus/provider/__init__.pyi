from . import card_folder as card_folder
from . import outbox as outbox
from . import submission as submission
