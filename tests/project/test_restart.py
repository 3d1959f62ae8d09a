"""A server that is started anew refuses nobody, where something else keeps the port open."""

import pytest

from benchmarks.restart import empty_site, restart

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site():
    with empty_site() as environment:
        yield environment


def test_restart_refuses_nobody_where_the_socket_stays_open(site):
    met = restart(site, held=True, times=2)
    print(met.told())
    assert set(met.statuses) == {"200"}
    assert met.statuses["200"] > 100
    # Nobody waits longer than stopping and beginning take, and a page on a busy machine.
    assert met.slowest < met.stopping + met.starting + 5


def test_restart_refuses_people_where_the_server_opens_the_port_itself(site):
    """What the socket is for; a measurement that couldn't see a refusal would prove nothing."""
    assert restart(site, held=False).statuses["refused"] > 0
