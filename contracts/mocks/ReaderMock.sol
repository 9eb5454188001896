// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice Reads many views in one call, all at the same second.
contract ReaderMock {
    struct Question {
        address target;
        bytes data;
    }

    function read(
        Question[] calldata questions
    ) external view returns (uint256 time, bytes[] memory answers) {
        answers = new bytes[](questions.length);
        for (uint256 i = 0; i < questions.length; i++) {
            (bool answered, bytes memory answer) = questions[i].target.staticcall(questions[i].data);
            require(answered, string(answer));
            answers[i] = answer;
        }
        return (block.timestamp, answers);
    }
}
