"""The profile `observability` of compose.yaml watches the servers by what is in `ops`."""

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


def test_only_this_machine_reaches_them():
    for name in ("prometheus", "grafana"):
        for port in services()[name]["ports"]:
            assert port.startswith("127.0.0.1:")


def test_they_have_no_more_rights_than_the_others():
    for name in ("prometheus", "grafana"):
        service = services()[name]
        assert service["cap_drop"] == ["ALL"] and service["read_only"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert ":" in service["image"] and not service["image"].endswith(":latest")
