from .explanation import Item as Item
from .explanation import Meter as Meter
from .explanation import Reduction as Reduction
from .explanation import Statement as Statement
from .explanation import statement as statement
from .html import Letterhead as Letterhead
from .html import page as page
