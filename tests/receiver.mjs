// SPDX-License-Identifier: Apache-2.0
//
// receiver.mjs FOLDER [PACKAGES]: an HTTPS receiver on loopback, for claims about delivery. It keeps what it takes in
// FOLDER/stored.jsonl (on the disk before it answers, so that it may be killed), notes each request in FOLDER/requests.jsonl,
// and writes its port to FOLDER/port, then FOLDER/listens. With PACKAGES (tests/claims_event.sh) each event is held against the GS1 schema.
//
// FOLDER/mode says how it behaves, and is read anew for each request; "ok" is a receiver as it ought to be. Behind a
// colon stands an argument. Jobs of "job-endless:TEXT" (of events with that text, others are taken as by "ok") go on until
// FOLDER/ends is there. FOLDER/server.pem and server.key are what it shows, FOLDER/ca.pem whose clients it lets in.
import fs from "node:fs";
import https from "node:https";
import { createRequire } from "node:module";

const [folder, packages] = process.argv.slice(2);
const file = (name) => `${folder}/${name}`;
const stored = new Map();
const jobs = new Map();
const waiting = new Map(); // events that a job has not come to, by the job's ID
let named = 0;
let validate = () => true;

if (packages) {
  const require = createRequire(`${packages}/node_modules/`);
  const schema = JSON.parse(fs.readFileSync(`${packages}/package/src/schema/EPCISDocument.schema.json`, "utf8"));

  validate = require("ajv-formats")(new (require("ajv"))({ strict: false })).compile(schema);
}

const keep = (event) => {
  const key = event.errorDeclaration ? `${event.eventID} declared` : event.eventID;
  stored.set(key, event);
};
const append = (name, value) => {
  const fd = fs.openSync(file(name), "a");
  fs.writeSync(fd, JSON.stringify(value) + "\n");
  fs.fsyncSync(fd);
  fs.closeSync(fd);
};
if (fs.existsSync(file("stored.jsonl")))
  for (const line of fs.readFileSync(file("stored.jsonl"), "utf8").split("\n").filter(Boolean)) keep(JSON.parse(line));

const problem = (answer, status, title, headers = {}) => {
  answer.writeHead(status, { "Content-Type": "application/problem+json", ...headers });
  answer.end(JSON.stringify({ type: "about:blank", title, status }));
};
const store = (event) => {
  keep(event);
  append("stored.jsonl", event);
};

const end_jobs = () => {
  for (const [id, events] of waiting) {
    for (const event of events) if (!stored.has(event.eventID)) store(event);
    Object.assign(jobs.get(id), { running: false, success: true });
  }
  waiting.clear();
};

// What a receiver does that misbehaves; true: it has answered.
const misbehave = (mode, argument, answer) => {
  if (mode === "status") return problem(answer, Number(argument.split(",")[0]), "as it was told",
    argument.includes(",") ? { "Retry-After": argument.split(",")[1] } : {}), true;
  if (mode === "redirect") return answer.writeHead(307, { Location: argument }), answer.end(), true;
  if (mode === "mute") return true;
  if (mode === "cut") return answer.socket.destroy(), true;
  if (mode === "slow") {
    answer.writeHead(200, { "Content-Type": "application/json" });
    const timer = setInterval(() => answer.write(" "), 200);
    answer.on("close", () => clearInterval(timer));
    return true;
  }
  if (mode === "noise") {
    answer.writeHead(400, { "Content-Type": "text/plain", "X-Noise": "\u00ff".repeat(3000) });
    answer.end(Buffer.concat([Buffer.alloc(2000, 1), Buffer.from([0xff, 0x00])]));
    return true;
  }
  if (mode === "escapes") return answer.writeHead(400), answer.end(Buffer.alloc(2048, 1)), true;
  if (mode === "big") {
    answer.writeHead(Number(argument || 200), { "Content-Type": "application/json" });
    answer.end(Buffer.alloc(10 << 20, 0x20));
    return true;
  }
  return false;
};

const wrong = (document) => (validate(document) ? null : JSON.stringify(validate.errors?.slice(0, 3)));

const take = (mode, argument, path, body, answer) => {
  const text = JSON.parse(body);
  if (path === "/json") {
    append("web.jsonl", text);
    return answer.writeHead(200), answer.end("{}");
  }
  const document = text.epcisBody ? text : {
    "@context": text["@context"], id: "urn:uuid:0190a7a0-0000-7000-8000-000000000000", type: "EPCISDocument",
    schemaVersion: "2.0", creationDate: "2026-01-01T00:00:00Z", epcisBody: { eventList: [text] },
  };
  const complaint = wrong(document);
  if (complaint) return problem(answer, 400, complaint);
  const events = document.epcisBody.eventList;
  if (events.some((event) => !event.errorDeclaration && stored.has(event.eventID)) && path === "/events")
    return problem(answer, 409, "ResourceAlreadyExistsException");
  if (mode === "job-endless" && body.includes(argument)) {
    const id = `job-${++named}`;
    jobs.set(id, { captureID: id, running: true });
    waiting.set(id, events);
    return answer.writeHead(202, { Location: `/capture/${id}` }), answer.end();
  }
  if (mode !== "forget" && mode !== "job-lost" && mode !== "job-forget" && mode !== "job-fail")
    for (const event of events) if (event.errorDeclaration || !stored.has(event.eventID)) store(event);
  if (mode === "change") for (const event of events) stored.get(event.eventID).disposition = "expired";
  if (path === "/events" && (mode === "job-endless" || !mode.startsWith("job"))) {
    const answered = () => (answer.writeHead(201, { Location: `/events/${events[0].eventID}` }), answer.end());
    return mode === "late-cut" ? answer.socket.destroy() : answered();
  }
  if (mode === "job-nameless") return answer.writeHead(202), answer.end();
  const id = `job-${++named}`;
  if (mode !== "job-forget") jobs.set(id, { captureID: id, running: mode === "job-forever", lost: mode === "job-lost", success: mode !== "job-fail",
    errors: mode === "job-fail" ? [{ title: "no such equipment" }] : [] });
  answer.writeHead(202, { Location: mode === "job-elsewhere" ? "https://elsewhere.example/capture/1" : `/capture/${id}` });
  answer.end();
};

const show = (mode, path, answer) => {
  const [, what, name] = path.split("/");
  const id = decodeURIComponent(name ?? "");
  if (what === "capture" && jobs.get(id)?.lost) return answer.writeHead(204), answer.end();
  if (what === "capture")
    return jobs.has(id) ? (answer.writeHead(200, { "Content-Type": "application/json" }),
      answer.end(JSON.stringify(jobs.get(id)))) : problem(answer, 404, "no such job");
  const found = [stored.get(id), stored.get(`${id} declared`)].filter(Boolean);
  if (!found.length) return problem(answer, 404, "no such event");
  answer.writeHead(200, { "Content-Type": "application/json" });
  answer.end(JSON.stringify({ type: "EPCISQueryDocument", epcisBody: { queryResults: {
    resultsBody: { eventList: found.map((event) => ({ recordTime: "2026-01-01T00:00:00Z", ...event })) } } } }));
};

const server = https.createServer({
  key: fs.readFileSync(file("server.key")), cert: fs.readFileSync(file("server.pem")), ca: fs.readFileSync(file("ca.pem")),
  requestCert: true, rejectUnauthorized: true,
}, (request, answer) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const [mode, ...rest] = fs.readFileSync(file("mode"), "utf8").trim().split(":");
    const body = Buffer.concat(chunks).toString();
    append("requests.jsonl", { method: request.method, path: request.url, mode, headers: request.headers, bytes: body.length });
    if (fs.existsSync(file("ends"))) end_jobs();
    if (misbehave(mode, rest.join(":"), answer)) return;
    if (request.method === "POST") take(mode, rest.join(":"), request.url, body, answer);
    else show(mode, request.url, answer);
  });
});
server.on("tlsClientError", () => {});
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  fs.writeFileSync(file("port"), String(server.address().port));
  fs.writeFileSync(file("listens"), "");
});
