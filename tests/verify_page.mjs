// SPDX-License-Identifier: Apache-2.0
// verify_page.mjs vectors | check BUNDLE… | tampers BUNDLE SEED COUNT OUT | forge BUNDLE STATE OUT: the logic of
// reports/verify.html in node. `vectors`: published ones of RFC 8032, FIPS 180-4, RFC 8785 and of Certificate Transparency's
// reference tree, and a lot's draw. `check`: a line of JSON per bundle, {good, first, why, notProved}. `tampers`: COUNT changes of a bundle in memory, each as
// a line of OUT, {kind, file, …, relisted, good, first, withoutJournal}, which tests/test_proof_bundle.c does again and judges by itself; behind
// every second one the manifests are made anew. `forge`: tests/forged_bundles.mjs.
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { forgeries } from "./forged_bundles.mjs";

const page = readFileSync(new URL("../reports/verify.html", import.meta.url), "utf8");
const logic = /<script id="logic">([\s\S]*?)<\/script>/.exec(page)[1];
const found = { exports: {} };
new Function("module", "require", logic)(found, createRequire(import.meta.url));
const { verifyBundle, checkLot, sha256, sha512, ed25519, canonical, includes, hexOf, bytesOf, readCanonical, notProved } = found.exports;
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

function read(folder, at = folder, files = new Map()) {
  for (const name of readdirSync(at)) {
    const path = join(at, name);
    if (statSync(path).isDirectory()) read(folder, path, files);
    else if (statSync(path).isFile()) files.set(relative(folder, path), new Uint8Array(readFileSync(path)));
  }
  return files;
}

function vectors() {
  assert.equal(hexOf(sha256(bytesOf("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(hexOf(sha256(bytesOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  assert.equal(hexOf(sha512(bytesOf("abc"))), "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  const rfc8032 = [
    ["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"],
    ["3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"],
    ["fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"],
  ].map((row) => row.map(unhex));
  for (const [key, message, signature] of rfc8032) {
    assert.ok(ed25519(key, message, signature));
    for (let bit = 0; bit < 512; bit += 37) {
      const other = signature.slice();
      other[bit >> 3] ^= 1 << (bit & 7);
      assert.ok(!ed25519(key, message, other), `bit ${bit}`);
    }
  }
  assert.equal(canonical(JSON.parse('{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}')),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}');
  for (const good of ['{"a":"C:\\\\udata"}', '{"a":"\\u0001"}', '{"a😀":"😀"}']) readCanonical(bytesOf(good), "it");
  for (const bad of ['{"a":"\\u0000"}', '{"\\u0000":1}', '{"a":"\\ud800"}', '{"\\udc00":1}', '{"a":"\\udc00\\ud800"}', '{"a":-0}', '{"b":1,"a":1}', '{"a":1,"a":1}', '{"a":"\\u0041"}'])
    assert.throws(() => readCanonical(bytesOf(bad), "it"), bad);
  const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map((data) => sha256(Uint8Array.of(0), unhex(data)));
  const root = (from, to) => {
    if (to - from === 1) return leaves[from];
    let half = 1;
    while (half * 2 < to - from) half *= 2;
    return sha256(Uint8Array.of(1), root(from, from + half), root(from + half, to));
  };
  const path = (index, from, to) => {
    if (to - from === 1) return [];
    let half = 1;
    while (half * 2 < to - from) half *= 2;
    return index < from + half ? [...path(index, from, from + half), root(from + half, to)] : [...path(index, from + half, to), root(from, from + half)];
  };
  assert.equal(hexOf(root(0, 8)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  for (let size = 1; size <= 8; size++)
    for (let index = 0; index < size; index++) {
      assert.ok(includes(leaves[index], index, size, path(index, 0, size), root(0, size)));
      assert.ok(!includes(leaves[(index + 1) % 8], index, size, path(index, 0, size), root(0, size)));
      assert.ok(!includes(leaves[index], index, size, [...path(index, 0, size), leaves[0]], root(0, size)));
    }
}

// What Python's hashlib draws of ten units, by the words of bench/record/unit_draw.h.
function draws() {
  const text = bytesOf("B-01\nB-02\nB-03\nB-04\nB-05\nB-06\nB-07\nB-08\nB-09\n矿-1\n");
  const list = "9d1075729ce6aa8744bf1aa2cc6e1ab56e8886c14f4d45af5c6b0046bbbfcf09", files = new Map([[`data/files/${list}`, text]]);
  const lot = { kind: "lot", says: { lot: "L", n: 3, spare: 2, file: { sha256: list } } };
  const draw = { lot: "L", draw: 1, list, source: "dice", seed: "3162316231623162316231625", tested: ["B-03", "B-09", "矿-1"], kept: ["B-07", "B-05"] };
  const take = (says, more = lot) => {
    const lots = new Map();
    checkLot(lots, more, files);
    checkLot(lots, { kind: "draw", says }, files);
  };
  take(draw);
  for (const [change, why] of [
    [{ tested: draw.tested.toReversed?.() ?? [...draw.tested].reverse() }, /not those that its seed draws/],
    [{ kept: [draw.kept[0], draw.tested[0]] }, /not those that its seed draws/],
    [{ kept: draw.kept.slice(1) }, /not those that its seed draws/],
    [{ seed: draw.seed.replace(/5$/, "6") }, /not those that its seed draws/],
    [{ seed: "316" }, /its seed is none/], [{ source: "kernel" }, /its seed is none/], [{ source: "toString" }, /its seed is none/],
    [{ draw: 2 }, /a draw of this lot is missing/], [{ list: "0" }, /another list/],
  ]) assert.throws(() => take({ ...draw, ...change }), why);
  assert.throws(() => take(draw, { kind: "lot", says: { ...lot.says, n: 9 } }), /how many are drawn/);
  files.set(`data/files/${list}`, bytesOf("B-01\n"));
  assert.throws(() => take(draw), /not the list of the lot/);
}

const listing = (files, names) => bytesOf(names.map((name) => `${hexOf(sha256(files.get(name)))}  ${name}\n`).join(""));
// Manifests of what there is now.
function relist(files) {
  files.set("manifest-sha256.txt", listing(files, [...files.keys()].filter((name) => name.startsWith("data/")).sort()));
  files.set("tagmanifest-sha256.txt", listing(files, ["bag-info.txt", "manifest-sha256.txt", "bagit.txt"]));
}

function tampers(folder, seed, count, out) {
  const files = read(folder), all = [...files.keys()].sort(), lines = [];
  let state = seed >>> 0;
  const random = (below) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor(((state >>> 8) / 2 ** 24) * below); };
  for (let i = 0; i < count; i++) {
    const relisted = i % 2 === 1, names = all.filter((name) => !relisted || name.startsWith("data/"));
    const file = names[random(names.length)], was = files.get(file), changed = new Map(files);
    const kind = ["flip", "flip", "flip", "flip", "cut", "remove", "swap"][random(7)];
    const line = { kind, file, relisted };
    if (kind === "flip") {
      line.at = random(was.length); line.bit = random(8);
      const other = was.slice();
      other[line.at] ^= 1 << line.bit;
      changed.set(file, other);
    } else if (kind === "cut") {
      line.size = random(was.length);
      changed.set(file, was.slice(0, line.size));
    } else if (kind === "remove") {
      changed.delete(file);
    } else {
      do line.with = names[random(names.length)]; while (hexOf(sha256(files.get(line.with))) === hexOf(sha256(was)));
      changed.set(file, files.get(line.with));
      changed.set(line.with, was);
    }
    if (relisted) relist(changed);
    const { good, first, problems, withoutJournal } = verifyBundle(changed);
    lines.push(JSON.stringify({ ...line, good, first, withoutJournal: withoutJournal.length, why: problems[0]?.why ?? "" }));
  }
  writeFileSync(out, `${lines.join("\n")}\n`);
}

function write(folder, files) {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}

// Written for davy to judge; what the page has to say of each is asserted here: "NAME FIRST" is a line.
function forge(folder, state, out) {
  for (const { name, files, first, why } of forgeries(found.exports, read(folder), read(state))) {
    relist(files);
    const is = verifyBundle(files);
    assert.deepEqual([name, is.good, is.first], [name, first === 0, first], JSON.stringify(is.problems));
    if (first) assert.ok(is.problems.some((one) => one.seq === first && one.why.includes(why)), `${name}: ${JSON.stringify(is.problems)}`);
    write(join(out, name), files);
    console.log(`${name} ${first}`);
  }
}

const [what, ...rest] = process.argv.slice(2);
if (what === "vectors") {
  vectors();
  draws();
}
if (what === "check")
  for (const folder of rest) {
    const is = verifyBundle(read(folder));
    console.log(JSON.stringify({ good: is.good, first: is.first, why: is.problems[0]?.why ?? "", notProved: notProved(is).map(([, en]) => en) }));
  }
if (what === "tampers") tampers(rest[0], Number(rest[1]), Number(rest[2]), rest[3]);
if (what === "forge") forge(...rest);
