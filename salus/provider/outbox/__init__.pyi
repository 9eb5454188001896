from .entry import OPEN as OPEN
from .entry import Added as Added
from .entry import OutboxLine as OutboxLine
from .entry import Place as Place
from .entry import SignedAttestation as SignedAttestation
from .entry import State as State
from .store import Outbox as Outbox
