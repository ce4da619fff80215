"""What APIs, events and libraries do: data with sources, and the functions that look it up.

No code of the program being read is seen here, and nothing here reads configuration. Facts are
TOML tables with a source each; modules only join them:

`catalogue`  AWS operations: `operation`;
`resources`  boto3's resource objects: `resource_method`, `sub_resource`, `client_of_type`;
`libraries`  everything else that is imported: `library_call`;
`declared`   what a project's configuration says of its own calls: `Declared`;
`commands`   operations that carry out a request, right only for a while: `command`;
`dynamodb`   DynamoDB's update and condition expressions: `parse_update`, `parse_condition`;
`events`     Lambda's event sources: `scope_of`, `time_form`, `detect_source`, `redelivery`;
`signatures` which client a call is for, by its arguments: `signature`, or by the name of a wrapper: `wrapped`;
`shapes`     what a key path picks out of them: `form_of`, `picks`, `mended`.
"""

from __future__ import annotations

from lintdem.knowledge.catalogue import ALIASES as ALIASES
from lintdem.knowledge.catalogue import has_operation as has_operation
from lintdem.knowledge.catalogue import operation as operation
from lintdem.knowledge.catalogue import services as services
from lintdem.knowledge.commands import Command as Command
from lintdem.knowledge.commands import command as command
from lintdem.knowledge.commands import commands as commands
from lintdem.knowledge.commands import tells_what_happened as tells_what_happened
from lintdem.knowledge.declared import Declared as Declared
from lintdem.knowledge.declared import DeclaredCall as DeclaredCall
from lintdem.knowledge.dynamodb import parse_condition as parse_condition
from lintdem.knowledge.dynamodb import parse_update as parse_update
from lintdem.knowledge.events import Redelivery as Redelivery
from lintdem.knowledge.events import Scope as Scope
from lintdem.knowledge.events import TimeForm as TimeForm
from lintdem.knowledge.events import attribute_steps as attribute_steps
from lintdem.knowledge.events import detect_source as detect_source
from lintdem.knowledge.events import envelope as envelope
from lintdem.knowledge.events import is_handed as is_handed
from lintdem.knowledge.events import normal as normal
from lintdem.knowledge.events import redelivery as redelivery
from lintdem.knowledge.events import scope_of as scope_of
from lintdem.knowledge.events import scope_of_context as scope_of_context
from lintdem.knowledge.events import source_of_class as source_of_class
from lintdem.knowledge.events import sources_named as sources_named
from lintdem.knowledge.events import sources_with as sources_with
from lintdem.knowledge.events import survives as survives
from lintdem.knowledge.events import time_form as time_form
from lintdem.knowledge.libraries import LibraryCall as LibraryCall
from lintdem.knowledge.libraries import is_known as is_known
from lintdem.knowledge.libraries import library_call as library_call
from lintdem.knowledge.operation import Kind as Kind
from lintdem.knowledge.operation import Operation as Operation
from lintdem.knowledge.resources import client_of_type as client_of_type
from lintdem.knowledge.resources import resource_method as resource_method
from lintdem.knowledge.resources import sub_resource as sub_resource
from lintdem.knowledge.shapes import form_of as form_of
from lintdem.knowledge.shapes import mended as mended
from lintdem.knowledge.shapes import picks as picks
from lintdem.knowledge.signatures import signature as signature
from lintdem.knowledge.signatures import wrapped as wrapped
from lintdem.knowledge.verbs import kind_of as kind_of
