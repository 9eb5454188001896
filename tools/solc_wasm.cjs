#!/usr/bin/env node
// The official compiler as WebAssembly (npm `solc`), behind as much of solc's command line as py-solc-x uses.
const fs = require("fs");
const solc = require("solc");

if (process.argv.includes("--version")) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
} else if (process.argv.includes("--standard-json")) {
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
