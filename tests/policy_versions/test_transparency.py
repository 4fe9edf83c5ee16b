"""The log's tree, proofs, canonical leaves and signed heads, held against the vectors of their standards."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_versions import transparency
from policy_versions.errors import TextError
from policy_versions.transparency import Checkpoint, Key, NoteError, Tree

# The reference leaves and roots of Certificate Transparency (RFC 6962 test data).
LEAVES = [bytes.fromhex(x) for x in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                     "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# The worked example of C2SP signed-note.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def tree(size: int) -> Tree:
    return Tree(str(n).encode() for n in range(size))


def test_roots_are_those_of_the_reference_leaves() -> None:
    assert Tree().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    whole = Tree(LEAVES)
    assert [whole.root(n + 1).hex() for n in range(8)] == ROOTS
    assert [Tree(LEAVES[: n + 1]).root().hex() for n in range(8)] == ROOTS


def test_the_proofs_of_the_reference_leaves() -> None:
    whole = Tree(LEAVES)
    assert [h.hex()[:8] for h in whole.inclusion_proof(0, 8)] == ["96a296d2", "5f083f0a", "6b47aaf2"]
    assert [h.hex()[:8] for h in whole.consistency_proof(6, 8)] == ["0ebc5d34", "ca854ea1", "d37ee418"]
    assert whole.inclusion_proof(0, 1) == ()


def test_every_leaf_is_proven_and_no_other_place_or_leaf_is() -> None:
    for size in range(1, 65):
        one = tree(size)
        for index in range(size):
            proof = one.inclusion_proof(index)
            leaf = str(index).encode()
            assert transparency.verify_inclusion(leaf, index, size, proof, one.root())
            assert not transparency.verify_inclusion(leaf, (index + 1) % size, size, proof, one.root()) or size == 1
            assert not transparency.verify_inclusion(leaf + b"x", index, size, proof, one.root())


def test_every_prefix_is_proven() -> None:
    whole = tree(64)
    for second in range(65):
        for first in range(second + 1):
            proof = whole.consistency_proof(first, second)
            roots = whole.root(first), whole.root(second)
            assert transparency.verify_consistency(first, second, proof, *roots)
            if 0 < first < second:
                assert not transparency.verify_consistency(first, second, proof, roots[1], roots[0])
                assert not transparency.verify_consistency(first, second, proof[:-1], *roots)
                assert not transparency.verify_consistency(first, second, (*proof, proof[-1]), *roots)


@given(st.integers(2, 64), st.data())
def test_a_flipped_bit_is_noticed_in_any_proof(size: int, data: st.DataObject) -> None:
    whole = tree(size)
    index = data.draw(st.integers(0, size - 1))
    path = list(whole.inclusion_proof(index))
    at, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    path[at] = (int.from_bytes(path[at]) ^ (1 << bit)).to_bytes(32)
    assert not transparency.verify_inclusion(str(index).encode(), index, size, path, whole.root())
    first = data.draw(st.integers(1, size - 1))
    proof = list(whole.consistency_proof(first))
    at = data.draw(st.integers(0, len(proof) - 1))
    proof[at] = (int.from_bytes(proof[at]) ^ (1 << bit)).to_bytes(32)
    assert not transparency.verify_consistency(first, size, proof, whole.root(first), whole.root())


def test_swapped_siblings_and_a_path_too_long_are_refused() -> None:
    whole = tree(8)
    path = whole.inclusion_proof(5)
    assert not transparency.verify_inclusion(b"5", 5, 8, (path[1], path[0], path[2]), whole.root())
    assert not transparency.verify_inclusion(b"5", 5, 8, (*path, path[0]), whole.root())
    assert not transparency.verify_inclusion(b"5", 8, 8, path, whole.root())
    assert not transparency.verify_consistency(5, 4, (), whole.root(5), whole.root(4))
    assert not transparency.verify_consistency(3, 4, (), whole.root(3), whole.root(4))
    assert not transparency.verify_consistency(4, 4, (), whole.root(3), whole.root(4))


@pytest.mark.parametrize(
    "call", [lambda t: t.root(9), lambda t: t.inclusion_proof(8), lambda t: t.consistency_proof(9)]
)
def test_what_lies_beyond_the_tree_is_an_error(call: object) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        call(tree(8))  # type: ignore[operator]


def test_canonical_json_sorts_by_utf16_and_escapes_little() -> None:
    # RFC 8785 3.2.3: the keys of its own example, in the order it gives (\ufb33 comes after the emoji's surrogates).
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert transparency.canonical(dict.fromkeys(keys, 1)).decode() == (
        "{" + ",".join('"\\r":1' if k == "\r" else f'"{k}":1' for k in order) + "}"
    )
    assert transparency.canonical({"a": ["\u20ac$\x0f\nA'B\"\\/", None, True, -5], "b": {}}).decode() == (
        '{"a":["\u20ac$\\u000f\\nA\'B\\"\\\\/",null,true,-5],"b":{}}'
    )


@pytest.mark.parametrize("value", [1.5, 2**53, {1: "a"}, {"a": b"x"}, "\ud800", {"\ud800": 1}, [object()]])
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(TextError):
        transparency.canonical(value)


def test_a_leaf_states_the_version_and_nothing_of_a_person() -> None:
    leaf = transparency.statement(
        policy="privacy", number="2.0.0", announced_on="2026-11-01", effective_on="2026-12-01",
        texts={"zh-CN": "b" * 64, "en": "a" * 64}, previous="1.0.0",
    )  # fmt: skip
    assert leaf == (
        b'{"announced_on":"2026-11-01","effective_on":"2026-12-01","number":"2.0.0","policy":"privacy",'
        b'"prev":"1.0.0","sha256":{"en":"' + b"a" * 64 + b'","zh-CN":"' + b"b" * 64 + b'"}}'
    )


def test_the_example_of_the_note_format_opens() -> None:
    key = Key.parse(VKEY)
    assert key.verifier() == VKEY
    assert transparency.open_note(NOTE, [key]) == ("This is an example message.\n", (key,))
    assert transparency.open_note(NOTE) == ("This is an example message.\n", ())
    with pytest.raises(NoteError, match="wrong"):
        transparency.open_note(NOTE.replace("example message", "exemple message"), [key])


def test_a_checkpoint_is_signed_read_and_ignores_strangers() -> None:
    ours, other = Key.from_seed("policies.example.com", bytes(32)), Key.from_seed("witness.example", bytes(31) + b"1")
    assert Key.parse(ours.signer()) == ours
    assert "AAAA" not in repr(ours)
    head = Checkpoint("policies.example.com/log", 8, Tree(LEAVES).root())
    note = transparency.sign(head.text(), [other, ours])
    body, signed = transparency.open_note(note, [Key.parse(ours.verifier())])
    assert Checkpoint.parse(body) == head
    assert [key.name for key in signed] == ["policies.example.com"]
    assert note.startswith("policies.example.com/log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n\u2014 ")
    assert transparency.open_note(transparency.sign(head.text()))[0] == head.text()


@pytest.mark.parametrize(
    "body",
    [
        "log\n08\n{root}\n", "log\n-1\n{root}\n", "log\n1\n{root}", "\n1\n{root}\n", "log\n1\n", "log\n1\nAAAA\n",
        "log\n1\n!\n", "log\n\u0661\n{root}\n",
    ],
)  # fmt: skip
def test_a_checkpoint_out_of_shape_is_refused(body: str) -> None:
    root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert Checkpoint.parse(f"log\n0\n{root}\n").root == hashlib.sha256().digest()
    with pytest.raises(NoteError):
        Checkpoint.parse(body.format(root=root))


@pytest.mark.parametrize(
    "note",
    [
        "no gap\n",
        "body\n\n- name AAAAAAAA\n",
        "body\n\n\u2014 name AA\n",
        "body\n\n\u2014 name !\n",
        "body\n\n\u2014 a b c",
    ],
)
def test_a_note_out_of_shape_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        transparency.open_note(note)


@pytest.mark.parametrize("key", ["", "a+b", "na me+00000000+AQ==", VKEY.replace("530d903a", "530d903b"), "a+00+AAAA"])
def test_a_key_out_of_shape_is_refused(key: str) -> None:
    with pytest.raises(NoteError):
        Key.parse(key)


def test_a_note_without_its_last_newline_is_not_signed() -> None:
    with pytest.raises(NoteError):
        transparency.sign("text")
    with pytest.raises(NoteError):
        Key.from_seed("a name", bytes(32))
