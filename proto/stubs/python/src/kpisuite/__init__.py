"""Client of the KPI suite: define KPIs, record samples, read and watch how they stand.

`connect` gives a Client; its stubs are those of gRPC, messages are in `kpisuite.v1`.
`kpisuite.aio.connect` gives the same for asyncio.
"""

from kpisuite._batches import Refusal, WriteSummary
from kpisuite._client import Client, SampleColumns, SampleWriter, Watch, connect
from kpisuite._decimals import decimal_text, from_mantissa, parse_decimal, to_mantissa
from kpisuite._errors import KpiError, Violation
from kpisuite._version import __version__

__all__ = [
    "Client", "KpiError", "Refusal", "SampleColumns", "SampleWriter", "Violation", "Watch",
    "WriteSummary", "__version__", "connect", "decimal_text", "from_mantissa", "parse_decimal",
    "to_mantissa",
]
