// SPDX-License-Identifier: Apache-2.0
// Somebody who holds a bench's keys, or a key of his own, and makes everything fit again that he can: places, leaves, proofs and
// the checkpoint of a bundle of the whole log. What is left is what signatures, chain, series and the journal are there for.
import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";

const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const runOf = (record) => record.payload["mse:run"];
const itemsOf = (record) => record.payload.sensorElementList[0].sensorReport;
const withSources = (record) => itemsOf(record).map((report) => report["mse:item"]).find((item) => item["mse:sources"]?.length);

// `page` is what reports/verify.html exports, `bundle` a good one of this state folder; both are maps from names to bytes.
export function forgeries(page, bundle, state) {
  const { sha256, canonical, hexOf, bytesOf, leafInput, readEntry } = page;
  const keys = Object.fromEntries(["bench", "simulation"].map((name) => [name, createPrivateKey(Buffer.from(state.get(`keys/${name}.pem`)))]));
  const lines = new TextDecoder().decode(state.get("records/records.jsonl")).trimEnd().split("\n");
  const name = (kind, seq, ending) => `data/${kind}/${String(seq).padStart(9, "0")}${ending}`;

  const node = (left, right) => sha256(Uint8Array.of(1), left, right);
  const halfOf = (count) => { let half = 1; while (half * 2 < count) half *= 2; return half; };
  const root = (leaves) => leaves.length === 1 ? leaves[0] : node(root(leaves.slice(0, halfOf(leaves.length))), root(leaves.slice(halfOf(leaves.length))));
  const path = (leaves, index) => {
    if (leaves.length === 1) return [];
    const half = halfOf(leaves.length);
    return index < half ? [...path(leaves.slice(0, half), index), root(leaves.slice(half))] : [...path(leaves.slice(half), index - half), root(leaves.slice(0, half))];
  };

  // Every record, with what edit() makes of {seq, payload, header, key, prev, journal}.
  function records(edit, files) {
    let prev = "0".repeat(64);
    return lines.map((line, i) => {
      const jws = JSON.parse(line), record = { seq: i + 1, prev };
      record.payload = JSON.parse(Buffer.from(jws.payload, "base64url"));
      record.header = JSON.parse(Buffer.from(jws.signatures[0].protected, "base64url"));
      const run = runOf(record)?.["mse:run"], place = `data/runs/${run}/journal`;
      record.journal = run && state.get(`runs/${run}/journal`);
      edit(record);
      const at = record.payload["mse:log"] ?? record.payload.log;
      at[record.payload["mse:log"] ? "mse:prev" : "prev"] = record.prev;
      const bytes = bytesOf(canonical(record.payload)), head = base64url(canonical(record.header)), body = base64url(bytes);
      const made = base64url(sign(null, Buffer.from(`${head}.${body}`), record.key ?? keys[record.header.role]));
      const text = bytesOf(`{"payload":"${body}","signatures":[{"protected":"${head}","signature":"${made}"}]}`);
      const input = leafInput(readEntry(bytes), text);
      if (record.journal) files.set(place, record.journal);
      files.set(name("records", record.seq, ".json"), text);
      prev = hexOf(sha256(input));
      return sha256(Uint8Array.of(0), input);
    });
  }

  function rebuilt(edit) {
    const files = new Map([...bundle].filter(([one]) => !one.startsWith("data/"))), leaves = records(edit, files);
    const log = JSON.parse(Buffer.from(JSON.parse(lines[0]).payload, "base64url")).says, key = Buffer.from(log.benchKey.x, "base64url");
    const body = `${log.origin}\n${leaves.length}\n${base64(root(leaves))}\n`, id = sha256(bytesOf(`${log.origin}\n`), Uint8Array.of(1), key).subarray(0, 4);
    const note = `${body}\n— ${log.origin} ${base64(Buffer.concat([id, sign(null, Buffer.from(body), keys.bench)]))}\n`;
    files.set("data/checkpoint", bytesOf(note));
    leaves.forEach((_, i) => files.set(name("proofs", i + 1, ".tlog-proof"),
      bytesOf(`c2sp.org/tlog-proof@v1\nindex ${i}\n${path(leaves, i).map((hash) => `${base64(hash)}\n`).join("")}\n${note}`)));
    return files;
  }

  // The journal with a bit of its first sample turned, its chain made again, and named by its record as it is now, but for the series.
  function swapSeries(record) {
    const old = record.journal, parts = [];
    let chain = sha256(bytesOf("davy journal 1")), turned = false;
    for (let at = 0; at < old.length;) {
      const end = old.indexOf(10, at), json = old.subarray(at, end - 65), line = JSON.parse(new TextDecoder().decode(json));
      const raw = old.slice(end + 1, line.k === "segment" ? end + 1 + line.bytes : end + 1), view = new DataView(raw.buffer);
      for (let i = 0; i < raw.length && !turned; i += 16 + view.getUint32(i + 4, true)) if (raw[i] === 4) { raw[i + 16] ^= 1; turned = true; }
      chain = sha256(chain, json, raw);
      parts.push(json, bytesOf(` ${hexOf(chain)}\n`), raw, bytesOf(raw.length ? "\n" : ""));
      at = end + 1 + (raw.length ? raw.length + 1 : 0);
    }
    if (!turned) throw new Error("no sample to turn");
    record.journal = new Uint8Array(Buffer.concat(parts));
    Object.assign(runOf(record)["mse:journal"], { "mse:chain": hexOf(chain), "mse:sha256": hexOf(sha256(record.journal)) });
  }

  const another = generateKeyPairSync("ed25519");
  const thumbprint = base64url(sha256(bytesOf(canonical((({ crv, kty, x }) => ({ crv, kty, x }))(another.publicKey.export({ format: "jwk" }))))));
  const real = (record) => Object.assign(record.header, { role: "bench", kid: readKid("bench") });
  const readKid = (role) => JSON.parse(Buffer.from(JSON.parse(lines[role === "bench" ? 0 : 2]).signatures[0].protected, "base64url")).kid;
  const at = (seq, edit) => (record) => { if (record.seq === seq) edit(record); };
  // Record 2 is a run that passed, 3 one that failed, 6 a qualification; all were simulated.
  return [
    { name: "nothing", first: 0, edit: () => {} },
    { name: "another-key", first: 3, why: "not signed by this log's key", edit: at(3, (record) => { record.key = another.privateKey; }) },
    { name: "another-name", first: 3, why: "not signed by this log's key", edit: at(3, (record) => { record.key = another.privateKey; record.header.kid = thumbprint; }) },
    { name: "another-place", first: 3, why: "made behind another record", edit: at(3, (record) => { record.prev = hexOf(sha256(bytesOf("another"))); }) },
    { name: "series", first: 2, why: "its series", edit: at(2, swapSeries) },
    { name: "posing", first: 2, why: "signed by the other key", edit: at(2, real) },
    { name: "posing-all-over", first: 2, why: "its journal says that it was simulated", edit: at(2, (record) => { real(record); runOf(record)["mse:simulated"] = false; }) },
    { name: "verdict", first: 3, why: "another verdict", edit: at(3, (record) => { runOf(record)["mse:verdict"] = "PASS"; record.payload.disposition = "conformant"; }) },
    { name: "disposition", first: 3, why: "its disposition", edit: at(3, (record) => { record.payload.disposition = "conformant"; }) },
    { name: "value", first: 3, why: "what it says as 'value'", edit: at(3, (record) => { itemsOf(record)[0]["mse:item"]["mse:value"] = 0.5; }) },
    { name: "limit", first: 3, why: "what it says as 'limit'", edit: at(3, (record) => { itemsOf(record)[0]["mse:item"]["mse:limit"]["mse:limit"] = "<= 9 %vol"; }) },
    { name: "item-verdict", first: 3, why: "what it says as 'verdict'", edit: at(3, (record) => { for (const report of itemsOf(record)) report["mse:item"]["mse:verdict"] = "PASS"; }) },
    { name: "source", first: 3, why: "what it says as 'sources'", edit: at(3, (record) => { withSources(record)["mse:sources"].pop(); }) },
    { name: "item-left-out", first: 3, why: "items, and the record", edit: at(3, (record) => { itemsOf(record).pop(); }) },
    { name: "check", first: 6, why: "what it says as 'found'", edit: at(6, (record) => { itemsOf(record)[0]["mse:item"]["mse:found"] = "as it should be"; }) },
  ].map(({ edit, ...forged }) => ({ ...forged, files: rebuilt(edit) }));
}
