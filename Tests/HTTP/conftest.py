import pytest
from contract import Contract
from site_server import running


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A server without limits of what somebody may do."""
    with running(tmp_path_factory.mktemp("site"), "--unlimited") as site:
        yield site


@pytest.fixture(scope="session")
def contract(site):
    return Contract(site.ask("GET", "/openapi.yaml").body)
