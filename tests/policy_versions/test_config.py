"""policy.toml: what is wrong is told with file, key and what is allowed, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_versions.config import Config, load, parse
from policy_versions.errors import ConfigError
from policy_versions.history import Repository
from tests.policy_versions.gitmaker import GitMaker

GOOD = """
schema = 1
authoritative = "zh-CN"
languages = ["zh-CN", "en"]
jurisdictions = ["CN", "EU"]
timezone = "Asia/Shanghai"
[site]
title = { zh-CN = "政策", en = "Policies" }
url = "https://policies.example.com/"
[controller]
name = { zh-CN = "甲", en = "A" }
email = "privacy@example.com"
[notice]
lead_days = { routine = 7, consent = 30 }
[[policy]]
id = "privacy"
title = { zh-CN = "隐私政策", en = "Privacy policy" }
files = { zh-CN = "p/zh.md", en = "p/en.md" }
"""


def read(text: str, *there: str) -> Config:
    return parse(text.encode(), (there or ("p/zh.md", "p/en.md")).__contains__)


def problems(text: str, *there: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, *there)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return list(caught.value.problems)


def test_a_good_file_is_read_with_defaults() -> None:
    config = read(GOOD)
    assert config.policy("privacy").files == {"zh-CN": "p/zh.md", "en": "p/en.md"}
    assert (config.notice.channels, config.notice.floor, config.controller.reply_days) == (
        ["email", "in_app"],
        True,
        15,
    )
    assert config.zone.key == "Asia/Shanghai"


def test_byte_order_mark_and_crlf_are_read() -> None:
    assert parse(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(), lambda _: True) == read(GOOD)


def test_all_problems_at_once() -> None:
    bad = """
schema = 2
autoritative = "zh-CN"
languages = ["zh-CN", "english", "zh-CN"]
jurisdictions = ["CN", "UK"]
timezone = "Asia/Shangai"
[site]
titel = { en = "x" }
url = "policies.example.com"
[controller]
email = 5
reply_days = -1
[notice]
floor = "yes"
lead_days = { rutine = 7, consent = "30" }
[[policy]]
id = "Privacy!"
title = { fr = "x" }
files = { zh-CN = "p/zh.md", en = 7 }
[[policy]]
id = "a"
title = {}
files = { zh-CN = "p/none.md" }
colour = "red"
[[policy]]
id = "a"
title = {}
files = { zh-CN = "p/zh.md" }
[[policy]]
id = "b"
files = {}
"""
    found = problems(bad, "p/zh.md")
    expected = {
        "schema": ("is 2", "1"),
        "autoritative": ("unknown key; did you mean `authoritative`?", "authoritative, "),
        "authoritative": ("is missing", "a string"),
        "languages[1]": ("unknown language 'english'", "BCP 47"),
        "languages[2]": ("stands twice", "each language once"),
        "jurisdictions": ("unknown value 'UK'", "CN, EU, US"),
        "timezone": ("unknown time zone 'Asia/Shangai'", "Asia/Shanghai"),
        "site.titel": ("did you mean `title`?", "title, url"),
        "site.url": ("is 'policies.example.com'", "https://"),
        "controller.email": ("is the whole number 5", "a string"),
        "controller.reply_days": ("is -1", "0 to 3650"),
        "notice.floor": ("is the string 'yes'", "true or false"),
        "notice.lead_days.rutine": ("did you mean 'routine'?", "routine, prominent, consent"),
        "notice.lead_days.consent": ("is the string '30'", "a whole number"),
        "policy[0].id": ("is 'Privacy!'", "a-z"),
        "policy[0].title.fr": ("unknown value 'fr'", "zh-CN"),
        "policy[0].files.en": ("is the whole number 7", "a string"),
        "policy[1].files.zh-CN": ("there is no file 'p/none.md'", "a path"),
        "policy[1].colour": ("unknown key", "audiences, files, id, title, until, withdrawn"),
        "policy[2].id": ("'a' is already the id of policy[1]", "each id once"),
        "policy[2].files.zh-CN": ("already belongs to policy[0].files.zh-CN", "each file once"),
        "policy[3].title": ("is missing", "a table of strings"),
        "policy[3].files": ("names no file", "one path a language"),
    }
    for key, (what, allowed) in expected.items():
        lines = [p for p in found if p.startswith(f"policy.toml: key `{key}`:")]
        assert any(what in line and allowed in line.partition("(allowed: ")[2] for line in lines), (key, found)
    assert {p.split("`")[1] for p in found} == expected.keys()


def test_withdrawn_policies_need_no_file() -> None:
    assert read(GOOD + "withdrawn = true\n", "nothing").policies[0].withdrawn


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"schema = ", "policy.toml: not TOML: Invalid value (at line 1, the end)"),
        (b"schema = 1\nx = 1\nx = 2", "line 3"),
        (b"a = 1\n\xff", "policy.toml: line 2: not UTF-8"),
        (b"", "`schema`: is missing"),
        (b"schema = true", "`schema`: is the boolean True"),
        (b"policy = 3\nlanguages = {}\nsite = []", "`policy`: is the whole number 3"),
        (b'policy = [3]\nschema = "1"', "`policy[0]`: is the whole number 3"),
        (b"schema = 1.0\ntimezone = 2024-01-01", "`timezone`: is the date"),
    ],
)
def test_broken_files(data: bytes, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(data, lambda _: True)
    assert message in str(caught.value)


def test_an_unknown_policy_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="there is privacy"):
        read(GOOD).policy("privcy")


def test_load_from_the_work_tree_and_from_a_commit(tmp_path: Path) -> None:
    maker = GitMaker(tmp_path)
    with Repository.open(tmp_path) as repository:
        with pytest.raises(ConfigError, match=r"has no policy\.toml"):
            load(repository)
        maker.commit({"policy.toml": GOOD, "p/zh.md": "甲", "p/en.md": "a"})
        maker.write("policy.toml", GOOD.replace('"privacy"', '"terms"'))
        assert load(repository).policies[0].id == "terms"
        assert load(repository, repository.resolve("HEAD")).policies[0].id == "privacy"
        (tmp_path / "p/en.md").unlink()
        with pytest.raises(ConfigError, match=r"policy\[0\]\.files\.en"):
            load(repository)


def test_load_from_a_bare_repository(tmp_path: Path) -> None:
    maker = GitMaker(tmp_path / "a")
    maker.commit({"policy.toml": GOOD, "p/zh.md": "甲", "p/en.md": "a"})
    maker.git("clone", "--quiet", "--bare", str(maker.root), str(tmp_path / "bare"))
    with Repository.open(tmp_path / "bare") as repository:
        assert load(repository) == read(GOOD)


@pytest.mark.parametrize(
    ("logins", "told"),
    [
        ('lin = "lin@example.com"', ""),
        ('lin = "eve@example.com"', "key `logins.lin`: 'eve@example.com' is no approver (allowed: lin@example.com)"),
        ('"a@b" = "lin@example.com"', "key `logins.a@b`: is no account name"),
        ('lin = "lin@example.com"\nLIN = "lin@example.com"', "key `logins.LIN`: is the account 'lin' again"),
        ("lin = 1", "key `logins.lin`: is the whole number 1"),
    ],
)
def test_logins_lead_to_approvers(logins: str, told: str) -> None:
    text = f"""
schema = 1
authoritative = "en"
languages = ["en"]
approvers = ["lin@example.com"]
[logins]
{logins}
[[policy]]
id = "privacy"
title = {{ en = "Privacy" }}
files = {{ en = "p.md" }}
"""
    if not told:
        assert parse(text.encode(), lambda _: True).logins == {"lin": "lin@example.com"}
        return
    with pytest.raises(ConfigError) as error:
        parse(text.encode(), lambda _: True)
    assert told in str(error.value)
