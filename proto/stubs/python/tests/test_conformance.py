"""The vectors of tests/conformance, with the client for threads and the one for asyncio."""

import pytest

import conftest
import drivers
import steps


@pytest.mark.parametrize("driver", [drivers.SyncDriver, drivers.AioDriver],
                         ids=["threads", "asyncio"])
def test_vector(config, driver, vector):
    language = driver.language + conftest.VARIANT
    result = conftest.RESULTS[language]
    try:
        steps.Run(config, driver, vector, language).run()
    except BaseException as error:
        result["failed"][vector["id"]] = f"{type(error).__name__}: {error}"[:500]
        raise
    result["passed"].append(vector["id"])
