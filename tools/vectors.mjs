// Writes tests/vectors/*.json: EIP-712 hashes by viem, Merkle roots and proofs by @openzeppelin/merkle-tree. Neither shares
// a line with Salus; the Python and the Solidity tests read the same files. Type strings are spelled out here, not
// generated, so that a change on either side is seen.
//
//     node tools/vectors.mjs [--check]      --check compares with the files and writes nothing

import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { readFileSync, writeFileSync } from "node:fs";
import {
  encodeAbiParameters,
  hashDomain,
  hashStruct,
  hashTypedData,
  keccak256,
  parseAbiParameters,
  stringToHex,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

const FOLDER = new URL("../tests/vectors/", import.meta.url);
const CHAIN_ID = 31337;
const UINT_MAX = (bits) => ((1n << BigInt(bits)) - 1n).toString();

const CONTRACTS = {
  PolicyBook: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  ClaimDesk: "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
  ConsentRegistry: "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0",
};

const BOUND_TO = { Policy: "PolicyBook", Attestation: "ClaimDesk", Consent: "ConsentRegistry" };

const TYPES = {
  Policy:
    "address holder,address payee,address pool,bytes32 benefitTable,bytes32 members,uint32 start,uint32 end,uint16 filingDays,uint64 annualLimit,uint64 deductible,uint64 outOfPocket,uint64 autoPayLimit,uint32 reviewWindow,uint16 solvencyBps,uint64 premium,bytes3 currency,bytes32 account,bytes32 salt",
  Member:
    "bytes32 commitment,address consentSigner,address payee,uint32 coveredSince,uint32 coveredUntil,bytes32 schedule",
  Benefit:
    "bytes32 id,bytes32 group,uint8 kind,uint16 shareBps,uint64 rate,uint64 claimLimit,uint64 groupLimit,uint32 unitLimit,uint16 waitingDays,uint16 eliminationDays,bool deductibleApplies,bool byNight,bool authorisation",
  Diagnosis:
    "bytes32 policy,bytes32 member,bytes32 benefit,bytes32 billLine,bytes32 caseId,bytes32 record,uint8 revision,uint32 serviceFrom,uint32 serviceTo,uint16 units,uint64 billed,bytes3 currency,uint8 flags",
  Attestation: "uint64 provider,bytes32 root,uint64 issuedAt,uint64 expiresAt",
  Consent:
    "bytes32 member,uint64 provider,uint8 purposes,uint32 from,uint32 until,uint256 nonce,uint256 deadline",
};

/** A repeatable value of a type: `seed` is any text. Two edges, all zero and all ones, come before the ordinary ones. */
function sample(type, seed, edge) {
  const random = keccak256(stringToHex(seed));
  if (type === "bool") return edge === "ones" || (edge !== "zeros" && BigInt(random) % 2n === 1n);
  if (type === "bytes3") return { zeros: "0x414141", ones: "0x5a5a5a" }[edge] ?? "0x555344"; // AAA, ZZZ, USD
  if (type === "address")
    return { zeros: "0x" + "00".repeat(20), ones: "0x" + "ff".repeat(20) }[edge] ?? "0x" + random.slice(-40);
  if (type === "bytes32")
    return { zeros: "0x" + "00".repeat(32), ones: "0x" + "ff".repeat(32) }[edge] ?? random;
  const bits = Number(type.slice(4));
  return { zeros: "0", ones: UINT_MAX(bits) }[edge] ?? (BigInt(random) % (1n << BigInt(bits))).toString();
}

function members(name) {
  return TYPES[name].split(",").map((member) => {
    const [type, field] = member.split(" ");
    return { type, name: field };
  });
}

function message(name, edge) {
  const value = Object.fromEntries(
    members(name).map((m) => [m.name, sample(m.type, `${name}.${m.name}.${edge}`, edge)]),
  );
  if (name === "Benefit") value.kind = { zeros: "0", ones: "2" }[edge] ?? "1"; // the enum has three members
  return value;
}

function structVector(name, edge) {
  const types = { [name]: members(name) };
  const value = message(name, edge);
  const vector = {
    struct: name,
    case: edge,
    message: value,
    hashStruct: hashStruct({ data: value, primaryType: name, types }),
  };
  const contract = BOUND_TO[name];
  if (!contract) return vector;

  const domain = {
    name: `Salus ${contract}`,
    version: "1",
    chainId: CHAIN_ID,
    verifyingContract: CONTRACTS[contract],
  };
  return { ...vector, domain, digest: hashTypedData({ domain, types, primaryType: name, message: value }) };
}

function domainVectors() {
  const types = {
    EIP712Domain: [
      { name: "name", type: "string" },
      { name: "version", type: "string" },
      { name: "chainId", type: "uint256" },
      { name: "verifyingContract", type: "address" },
    ],
  };
  return Object.entries(CONTRACTS).flatMap(([contract, verifyingContract]) =>
    [1, CHAIN_ID, 11155111].map((chainId) => {
      const domain = { name: `Salus ${contract}`, version: "1", chainId, verifyingContract };
      return { domain, separator: hashDomain({ domain, types }) };
    }),
  );
}

async function signatureVector() {
  const account = privateKeyToAccount(keccak256(stringToHex("a test key, known to all")));
  const { domain, message: value } = structVector("Attestation", "ordinary");
  const types = { Attestation: members("Attestation") };
  const signature = await account.signTypedData({
    domain,
    types,
    primaryType: "Attestation",
    message: value,
  });
  return { domain, message: value, signer: account.address, signature };
}

function claimIdVectors() {
  return ["a", "b"].map((seed) => {
    const [policy, billLine] = [
      keccak256(stringToHex(`policy ${seed}`)),
      keccak256(stringToHex(`bill ${seed}`)),
    ];
    const provider = seed === "a" ? "1" : UINT_MAX(64);
    const encoded = encodeAbiParameters(parseAbiParameters("bytes32, uint64, bytes32"), [
      policy,
      BigInt(provider),
      billLine,
    ]);
    return { policy, provider, billLine, claimId: keccak256(encoded) };
  });
}

function treeVector(count) {
  const leaves = Array.from({ length: count }, (_, i) => keccak256(stringToHex(`leaf ${count}/${i}`)));
  const tree = SimpleMerkleTree.of(leaves);
  const shown = [...new Set([0, 1, Math.floor(count / 2), count - 2, count - 1])].filter(
    (i) => i >= 0 && i < count,
  );
  return {
    count,
    leaves: count <= 32 ? leaves : undefined,
    leafSeed: `leaf ${count}/<i>`,
    root: tree.root,
    proofs: shown.map((position) => ({ position, leaf: leaves[position], proof: tree.getProof(position) })),
  };
}

const FILES = {
  "eip712.json": {
    types: Object.fromEntries(Object.entries(TYPES).map(([name, list]) => [name, `${name}(${list})`])),
    typeHashes: Object.fromEntries(
      Object.entries(TYPES).map(([name, list]) => [name, keccak256(stringToHex(`${name}(${list})`))]),
    ),
    domains: domainVectors(),
    structs: Object.keys(TYPES).flatMap((name) =>
      ["zeros", "ones", "ordinary", "second", "third"].map((edge) => structVector(name, edge)),
    ),
    attestationSignature: await signatureVector(),
    claimIds: claimIdVectors(),
  },
  "merkle.json": { trees: [1, 2, 3, 4, 5, 7, 8, 16, 31, 255, 256, 257, 1000].map(treeVector) },
};

let stale = 0;
for (const [name, content] of Object.entries(FILES)) {
  const text = JSON.stringify(content, null, 1) + "\n";
  const path = new URL(name, FOLDER);
  if (!process.argv.includes("--check")) {
    writeFileSync(path, text);
  } else if (readFileSync(path, "utf8") !== text) {
    console.error(`${path.pathname} is not what node tools/vectors.mjs gives`);
    stale = 1;
  }
}
process.exitCode = stale;
