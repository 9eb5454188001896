from . import card_folder as card_folder
from . import drafting as drafting
from . import outbox as outbox
from . import submission as submission
