"""The profiles of compose.yaml: what watches the servers is in `ops`, and what else they need is as `deploy` says."""

from __future__ import annotations

import yaml

from conftest import OPS, ROOT


def services() -> dict:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def mounts(service: str) -> dict[str, str]:
    """Where files of the project are in a service, by their path here; all of them are only read there."""
    found = {}
    for volume in services()[service]["volumes"]:
        source, target, *options = volume.split(":")
        if source.startswith("./"):
            assert options == ["ro"] and (ROOT / source).exists(), volume
            found[source] = target
    return found


def test_nothing_of_it_runs_unless_it_is_asked_for():
    profiles = {name: service.get("profiles") for name, service in services().items()}
    assert profiles["prometheus"] == profiles["grafana"] == ["observability"]
    assert not any(profiles[name] for name in ("redis", "chat", "proxy"))


def test_prometheus_asks_the_port_that_the_servers_have_for_it():
    listen = services()["chat"]["environment"]["CHAT_ADMIN_LISTEN"]
    jobs = yaml.safe_load((OPS / "prometheus.yml").read_text())["scrape_configs"]
    (source,) = jobs[0]["dns_sd_configs"]
    assert source["names"] == ["chat"] and listen.endswith(f":{source['port']}")
    # The proxy, which strangers reach, does not lead there.
    assert str(source["port"]) not in (ROOT / "deploy/haproxy.cfg").read_text()
    assert "ports" not in services()["chat"]


def test_prometheus_has_its_file_and_the_rules_beside_it():
    places = mounts("prometheus")
    config = next(word.partition("=")[2] for word in services()["prometheus"]["command"] if word.startswith("--config.file="))
    assert places["./ops/prometheus.yml"] == config
    folder = config.rpartition("/")[0]
    for rules in yaml.safe_load((OPS / "prometheus.yml").read_text())["rule_files"]:
        assert places[f"./ops/{rules}"] == f"{folder}/{rules}"


def test_grafana_finds_prometheus_and_the_dashboard():
    places = mounts("grafana")
    assert places["./ops/grafana/provisioning"] == "/etc/grafana/provisioning"
    folder = OPS / "grafana/provisioning"
    (source,) = yaml.safe_load((folder / "datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090" and "prometheus" in services()
    (provider,) = yaml.safe_load((folder / "dashboards/chat.yml").read_text())["providers"]
    assert places["./ops/grafana/dashboards"] == provider["options"]["path"]


def environment(name: str) -> dict[str, str]:
    """What a file for `--env-file` sets."""
    lines = (ROOT / "deploy" / name).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_servers_ask_every_sentinel_that_there_is():
    given = environment("sentinel.env")
    sentinels = sorted(name for name, service in services().items() if "sentinel" in (service.get("profiles") or []) and "sentinel" in name)
    assert given["COMPOSE_PROFILES"] == "sentinel"
    assert given["CHAT_STACK_REDIS"] == f"redis-sentinel://{','.join(sentinels)}/chat"
    assert "sentinel monitor chat redis 6379 2" in (ROOT / "deploy/sentinel.conf").read_text()
    waits = services()["chat"]["depends_on"]
    assert all(waits[name] == {"condition": "service_healthy", "required": False} for name in sentinels)


def test_each_replica_is_known_by_its_own_name_and_keeps_what_it_is_given():
    stores = {name: service for name, service in services().items() if name.startswith("redis")}
    assert len(stores) == 3
    for name, service in stores.items():
        words = service["command"]
        assert words[words.index("--replica-announce-ip") + 1] == name
        assert words[words.index("--appendfsync") + 1] == "always" and words[words.index("--maxmemory-policy") + 1] == "noeviction"
        assert service["volumes"] == [f"{name}-data:/data"]
    # So many replicas are there that one may be away while the other confirms.
    assert int(environment("sentinel.env")["CHAT_STACK_ACK_REPLICAS"]) < len(stores) - 1


def test_the_cluster_is_made_of_all_its_nodes_and_the_servers_wait_for_it():
    given = environment("cluster.env")
    nodes = sorted(name for name in services() if name.startswith("cluster-") and name != "cluster-init")
    assert given["COMPOSE_PROFILES"] == "cluster"
    assert given["CHAT_STACK_REDIS"] == f"redis-cluster://{','.join(nodes[:3])}"
    assert sorted(services()["cluster-init"]["depends_on"]) == nodes
    assert f"for n in {' '.join(name.rpartition('-')[2] for name in nodes)};" in services()["cluster-init"]["command"][-1]
    # The rooms of the other primaries go on.
    assert "--cluster-require-full-coverage no" in services()[nodes[0]]["command"][-1]
    # Of a replica of each primary and one more, one is left for a primary that takes over: else nothing would be acknowledged there.
    assert len(nodes) == 3 + 3 * int(given["CHAT_STACK_ACK_REPLICAS"]) + 1
    for name in nodes:
        assert services()[name]["hostname"] == name and services()[name]["volumes"] == [f"{name}-data:/data"]
    assert services()["chat"]["depends_on"]["cluster-init"] == {"condition": "service_completed_successfully", "required": False}


def test_what_compose_is_told_reaches_the_servers():
    given = services()["chat"]["environment"]
    for name in set(environment("sentinel.env")) - {"COMPOSE_PROFILES"}:
        assert any(f"${{{name}:-" in str(value) for value in given.values())


def test_only_this_machine_reaches_them():
    for name in ("prometheus", "grafana", "halfstack"):
        for port in services()[name]["ports"]:
            assert port.startswith("127.0.0.1:")


def test_they_have_no_more_rights_than_the_others():
    for name in services():
        service = services()[name]
        assert service["cap_drop"] == ["ALL"] and service["read_only"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        if "build" not in service:
            assert ":" in service["image"]
        assert not service["image"].endswith(":latest")


def test_servers_and_terminal_are_of_one_image_which_can_be_named():
    ours = {name: service["image"] for name, service in services().items() if "build" in service}
    assert ours == dict.fromkeys(("chat", "cli"), "${CHAT_IMAGE:-swift-chat:local}")


def test_the_terminal_has_a_place_for_lines_that_wait():
    cli = services()["cli"]
    # The image has no home, and its file system is only read.
    assert cli["tmpfs"] == [f"{cli['environment']['XDG_STATE_HOME']}:mode=1777"]
