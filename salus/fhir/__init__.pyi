from .patient_names import names as names
from .reader import Result as Result
from .reader import Source as Source
from .reader import read as read
from .reasons import Reason as Reason
from .results import Refused as Refused
from .results import Summary as Summary
