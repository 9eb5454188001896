"""salus.eip712: every signed struct compared with viem

given the vectors that viem made (tools/vectors.mjs)
  it should produce the same type string, which the Solidity source contains too
  it should produce the same struct hash, domain separator and digest
  it should encode word for word as eth_abi does
  it should sign the same bytes
given a signature
  when it is valid
    it should recover its signer
  when it is cut, malleable, has a wrong v, or recovers no key
    it should be refused
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
from eth_abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak

from salus import types
from salus.base.errors import AttestationError, InputError, PolicyError
from salus.crypto.abi import Struct
from salus.crypto.eip712 import Domain, recover

ROOT = Path(__file__).parents[3]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/vectors/eip712.json").read_text())
STRUCTS = {name: getattr(types, name) for name in VECTORS["types"]}
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def build(name: str, message: dict[str, Any]) -> Struct:
    """Builds the struct of a vector from its ABI tuple; the vectors give numbers and hex for every type."""
    kind: type[Struct] = STRUCTS[name]
    plain = []
    for part in kind.parts:
        value = message[part.solidity]
        if part.codec.name.startswith("bytes"):
            value = bytes.fromhex(value[2:])
        elif part.codec.name.startswith("uint"):
            value = int(value)
        plain.append(value)
    return kind.from_tuple(plain)


def domain_of(vector: dict[str, Any]) -> Domain:
    place = vector["domain"]
    return Domain(
        name=place["name"],
        version=place["version"],
        chain_id=place["chainId"],
        verifying_contract=place["verifyingContract"],
    )


@pytest.mark.parametrize("name", STRUCTS)
def test_type_string_is_that_of_viem_and_of_solidity(name: str) -> None:
    kind = STRUCTS[name]
    solidity = "".join(path.read_text() for path in (ROOT / "contracts/types").glob("*.sol"))

    assert kind.type_string == VECTORS["types"][name]
    assert "0x" + kind.type_hash.hex() == VECTORS["typeHashes"][name]
    assert f'"{kind.type_string}"' in solidity


@pytest.mark.parametrize("vector", VECTORS["structs"], ids=lambda v: f"{v['struct']}-{v['case']}")
def test_hash_and_digest_are_those_of_viem(vector: dict[str, Any]) -> None:
    struct = build(vector["struct"], vector["message"])

    assert "0x" + struct.hash_struct().hex() == vector["hashStruct"]
    if "digest" in vector:
        assert "0x" + domain_of(vector).digest(struct).hex() == vector["digest"]


def test_every_struct_has_vectors_and_every_bound_one_a_digest() -> None:
    cases = {(vector["struct"], vector["case"]) for vector in VECTORS["structs"]}
    assert len(cases) == 5 * len(STRUCTS) == 30
    assert {vector["struct"] for vector in VECTORS["structs"] if "digest" in vector} == {
        "Policy",
        "Attestation",
        "Consent",
    }


@pytest.mark.parametrize("vector", VECTORS["structs"], ids=lambda v: f"{v['struct']}-{v['case']}")
def test_encoding_is_that_of_eth_abi(vector: dict[str, Any]) -> None:
    struct = build(vector["struct"], vector["message"])
    types = [part.codec.name for part in struct.parts]
    assert struct.encode() == encode(["bytes32", *types], (struct.type_hash, *struct.as_tuple()))


@pytest.mark.parametrize("vector", VECTORS["structs"], ids=lambda v: f"{v['struct']}-{v['case']}")
def test_json_and_tuple_round_trip(vector: dict[str, Any]) -> None:
    struct = build(vector["struct"], vector["message"])
    assert type(struct).from_json(json.loads(json.dumps(struct.to_json()))) == struct
    assert type(struct).from_tuple(struct.as_tuple()) == struct


@pytest.mark.parametrize(
    "vector", VECTORS["domains"], ids=lambda v: f"{v['domain']['name']}-{v['domain']['chainId']}"
)
def test_separator_is_that_of_viem(vector: dict[str, Any]) -> None:
    domain = domain_of(vector)
    maker = {
        "Salus PolicyBook": Domain.policy_book,
        "Salus ClaimDesk": Domain.claim_desk,
        "Salus ConsentRegistry": Domain.consent_registry,
    }[domain.name]

    assert "0x" + domain.separator.hex() == vector["separator"]
    assert maker(domain.chain_id, domain.verifying_contract) == domain


def test_typed_data_is_what_eth_account_hashes() -> None:
    vector = next(v for v in VECTORS["structs"] if (v["struct"], v["case"]) == ("Policy", "ordinary"))
    domain = domain_of(vector)
    signable = encode_typed_data(full_message=domain.typed_data(build("Policy", vector["message"])))

    hashed = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert "0x" + hashed.hex() == vector["digest"]


def test_signature_is_that_of_viem() -> None:
    vector = VECTORS["attestationSignature"]
    account = Account.from_key(keccak(text="a test key, known to all"))
    attestation = build("Attestation", vector["message"])
    domain = domain_of(vector)

    assert account.address == vector["signer"]
    assert "0x" + domain.sign(attestation, account).hex() == vector["signature"]
    assert recover(domain.digest(attestation), bytes.fromhex(vector["signature"][2:])) == vector["signer"]


def test_claim_id_is_the_hash_of_policy_provider_and_bill_line() -> None:
    for vector in VECTORS["claimIds"]:
        policy, bill_line = (bytes.fromhex(vector[name][2:]) for name in ("policy", "billLine"))
        claim_id = types.claim_id(policy, int(vector["provider"]), bill_line)
        assert "0x" + claim_id.hex() == vector["claimId"]


class TestRefusedSignature:
    """OpenZeppelin's ECDSA refuses the same signatures."""

    signature = bytes.fromhex(VECTORS["attestationSignature"]["signature"][2:])
    digest = domain_of(VECTORS["attestationSignature"]).digest(
        build("Attestation", VECTORS["attestationSignature"]["message"])
    )

    @pytest.mark.parametrize(
        ("signature", "message"),
        [
            (signature[:64], "signature: is 64 bytes long instead of 65; sign again"),
            (b"", "signature: is 0 bytes long instead of 65; sign again"),
            (signature[:64] + b"\x01", "signature: has a v other than 27 or 28; sign again"),
            (
                signature[:32]
                + (N - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
                + bytes([55 - signature[64]]),
                "signature: has its s in the upper half of the curve order; sign again",
            ),
            (bytes(64) + b"\x1b", "signature: belongs to no key; sign again"),
            (b"\xff" * 32 + signature[32:], "signature: belongs to no key; sign again"),
        ],
        ids=["short", "empty", "v 1", "malleable twin", "zero", "r beyond the curve"],
    )
    def test_raises(self, signature: bytes, message: str) -> None:
        with pytest.raises(InputError) as refusal:
            recover(self.digest, signature)
        assert str(refusal.value) == message


class TestBounds:
    """A value outside its Solidity type cannot become a struct."""

    attestation: ClassVar[dict[str, Any]] = {
        "provider": 1,
        "root": bytes(32),
        "issued_at": 5,
        "expires_at": 6,
    }

    @pytest.mark.parametrize(
        ("change", "field", "message"),
        [
            ({"provider": 2**64}, "provider", "is not a whole number of 0 … 2^64 − 1"),
            ({"provider": -1}, "provider", "is not a whole number of 0 … 2^64 − 1"),
            ({"provider": True}, "provider", "is not a whole number of 0 … 2^64 − 1"),
            ({"issued_at": 1.5}, "issuedAt", "is not a whole number of 0 … 2^64 − 1"),
            ({"root": bytes(31)}, "root", "is not 32 bytes long"),
            ({"root": "0x" + "00" * 32}, "root", "is not 32 bytes long"),
        ],
    )
    def test_raises_naming_struct_and_field(self, change: dict[str, Any], field: str, message: str) -> None:
        with pytest.raises(AttestationError) as refusal:
            types.Attestation(**{**self.attestation, **change})
        assert (refusal.value.resource, refusal.value.field, refusal.value.message) == (
            "Attestation",
            field,
            message,
        )

    def test_address_is_kept_checksummed_and_a_wrong_checksum_refused(self) -> None:
        right = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
        member = {
            "commitment": bytes(32),
            "payee": right,
            "covered_since": 0,
            "covered_until": 1,
            "schedule": bytes(32),
        }

        assert types.Member(consent_signer=right.lower(), **member).consent_signer == right
        for wrong, message in {
            right.replace("D", "d"): "is an address with a wrong checksum",
            right[:-1]: "is not an address: 0x and 40 hexadecimal digits",
            right[2:]: "is not an address: 0x and 40 hexadecimal digits",
        }.items():
            with pytest.raises(PolicyError) as refusal:
                types.Member(consent_signer=wrong, **member)
            assert (refusal.value.field, refusal.value.message) == ("consentSigner", message)

    @pytest.mark.parametrize("currency", ["usd", "US", "USDT", "U$D", "ÜSD", 840, b"USD"])
    def test_currency_is_three_capital_letters(self, currency: Any) -> None:
        vector = next(v for v in VECTORS["structs"] if (v["struct"], v["case"]) == ("Diagnosis", "ordinary"))
        values = build("Diagnosis", vector["message"]).__dict__
        with pytest.raises(AttestationError, match="currency: is not an ISO 4217 code"):
            types.Diagnosis(**{**values, "currency": currency})

    def test_json_with_a_member_too_many_or_too_few_is_refused(self) -> None:
        whole = types.Attestation(**self.attestation).to_json()
        assert whole == {"provider": "1", "root": "0x" + "00" * 32, "issuedAt": "5", "expiresAt": "6"}

        with pytest.raises(AttestationError, match=r"Attestation\.extra: is not known"):
            types.Attestation.from_json({**whole, "extra": 1})
        with pytest.raises(AttestationError, match=r"Attestation\.root: is missing"):
            types.Attestation.from_json({name: value for name, value in whole.items() if name != "root"})
        with pytest.raises(AttestationError, match=r"Attestation\.root: is not a bytes32"):
            types.Attestation.from_json({**whole, "root": "0xzz"})
        with pytest.raises(AttestationError, match="has 3 members instead of 4"):
            types.Attestation.from_tuple((1, bytes(32), 5))


def test_benefit_counts_under_its_group_its_id_or_nothing() -> None:
    vector = next(v for v in VECTORS["structs"] if (v["struct"], v["case"]) == ("Benefit", "ordinary"))
    values = {**build("Benefit", vector["message"]).__dict__, "group_limit": 5, "unit_limit": 0}

    assert types.Benefit(**values).group_key == values["group"]
    assert types.Benefit(**{**values, "group": bytes(32)}).group_key == values["id"]
    assert types.Benefit(**{**values, "group_limit": 0}).group_key == bytes(32)
    assert types.Benefit(**{**values, "group_limit": 0, "unit_limit": 1}).group_key == values["group"]
