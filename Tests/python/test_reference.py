"""The reference at /docs: whole, on its own, and under a policy that lets it load nothing else."""

import re

import yaml

from florin import ROOT

DESCRIPTION = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())


def test_the_reference_names_every_operation_parameter_and_object(florin):
    page = florin.client().get("/docs")
    assert page.status == 200, page
    text = page.body.decode()
    for path, item in DESCRIPTION["paths"].items():
        assert f"<code>{path}</code>" in text, path
        for method in ("get", "post", "delete"):
            if method in item:
                assert f'id="{item[method]["operationId"]}"' in text, (method, path)
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        assert f'id="schema-{name}"' in text, name
        for field in schema.get("properties", {}):
            assert f"<code>{field}</code>" in text, (name, field)


def test_the_reference_loads_nothing_from_elsewhere(florin):
    client = florin.client()
    page = client.get("/docs")
    text = page.body.decode()
    resources = re.findall(r"(?:src|href)=\"([^\"#]+)\"", text)
    assert sorted(set(resources)) == ["/docs/reference.css", "/docs/reference.js", "/openapi.yaml"]
    for resource in resources:
        assert client.get(resource).status == 200, resource
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?! src)|<style|style=|onclick|https?://(?!localhost)", text.replace("https://localhost", ""))


def test_each_link_within_the_reference_leads_somewhere(florin):
    text = florin.client().get("/docs").body.decode()
    identifiers = re.findall(r"id=\"([^\"]+)\"", text)
    assert len(identifiers) == len(set(identifiers))
    for target in re.findall(r"href=\"#([^\"]+)\"", text):
        assert target in identifiers, target
