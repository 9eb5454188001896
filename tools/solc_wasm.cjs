#!/usr/bin/env node
// The official compiler as WebAssembly (npm `solc`), behind as much of solc's command line as py-solc-x uses.
// tools/compiler.py writes it to `.cache/solcx` with the version it found: Brownie asks for that dozens of times,
// and the compiler itself takes half a second to load.
const fs = require("fs");

const VERSION = "not installed";

if (process.argv.includes("--version")) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${VERSION}`);
} else if (process.argv.includes("--standard-json")) {
  const solc = require("solc");
  if (solc.version() !== VERSION) {
    console.error(`this is solc ${solc.version()}, installed was ${VERSION}; run \`make setup\``);
    process.exit(1);
  }
  const read = (path) => {
    try {
      return { contents: fs.readFileSync(path, "utf8") };
    } catch (error) {
      return { error: error.message };
    }
  };
  // process.stdout.write followed by an exit would cut the answer at the pipe's 64 or 128 KiB
  const answer = Buffer.from(solc.compile(fs.readFileSync(0, "utf8"), { import: read }));
  for (let written = 0; written < answer.length;) {
    written += fs.writeSync(1, answer, written);
  }
} else {
  console.error(`only --version and --standard-json are answered, not: ${process.argv.slice(2).join(" ")}`);
  process.exit(1);
}
