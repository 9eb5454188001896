// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Adjudication} from "../libraries/Adjudication.sol";
import {Account} from "../types/Account.sol";
import {Benefit} from "../types/Benefit.sol";
import {Remittance} from "../types/Claim.sol";
import {Diagnosis} from "../types/Diagnosis.sol";
import {Member} from "../types/Member.sol";
import {Policy} from "../types/Policy.sol";

/// @notice Runs the library on many cases in one call.
contract AdjudicationHarness {
    struct Case {
        Policy policy;
        Member member;
        Benefit benefit;
        Diagnosis diagnosis;
        Adjudication.Work work;
    }

    struct Outcome {
        bytes3 denial;
        bytes32 codes;
        Remittance remittance;
    }

    function adjudicate(Case[] calldata cases) external pure returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](cases.length);
        for (uint256 i = 0; i < cases.length; i++) {
            Adjudication.Work memory work = cases[i].work;
            outcomes[i].denial = Adjudication.adjudicate(
                cases[i].policy,
                cases[i].member,
                cases[i].benefit,
                cases[i].diagnosis,
                work
            );
            outcomes[i].codes = Adjudication.codesOf(work.remittance);
            outcomes[i].remittance = work.remittance;
        }
    }

    function isWellFormed(Case[] calldata cases) external pure returns (bool[] memory answers) {
        answers = new bool[](cases.length);
        for (uint256 i = 0; i < cases.length; i++) {
            answers[i] = Adjudication.isWellFormed(cases[i].benefit, cases[i].diagnosis);
        }
    }

    function lock(Policy calldata policy, Account account) external pure returns (uint256) {
        return policy.lock(account);
    }
}
