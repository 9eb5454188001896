from . import accreditation as accreditation
from . import claims as claims
from . import consents as consents
from . import governing as governing
from . import policies as policies
from . import pools as pools
from . import stablecoin as stablecoin
