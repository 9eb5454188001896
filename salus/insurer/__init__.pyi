from . import attack as attack
from . import audit as audit
from . import portfolio as portfolio
from . import recheck as recheck
