// SPDX-License-Identifier: Apache-2.0
//
// relay.mjs FOLDER PORT: a way to 127.0.0.1:PORT that can be cut. FOLDER/relay says how, read anew for each connection:
//   through          everything goes through
//   cut N            the connection is cut when N pieces have come, of both directions together
//   cut-answer N     … when N pieces have come from the server; that one does not get through any more
//   mute N           nothing gets through after N pieces, and nobody hangs up
//   trickle          of what the server says a byte each 50 ms
// The port is written into FOLDER/relay_port.
import fs from "node:fs";
import net from "node:net";

const [folder, port] = process.argv.slice(2);

const server = net.createServer((near) => {
	const [how, most] = fs.readFileSync(`${folder}/relay`, "utf8").trim().split(" ");
	const far = net.connect(Number(port), "127.0.0.1");
	let all = 0, answers = 0;
	const end = () => {
		near.destroy();
		far.destroy();
	};
	const waiting = [];
	const trickle = setInterval(() => waiting.length && near.write(waiting.shift()), 50);
	const pass = (piece, to) => {
		all++;
		answers += to === near;
		if (how === "cut" && all > Number(most))
			return end();
		if (how === "cut-answer" && answers > Number(most))
			return end();
		if (how === "mute" && all > Number(most))
			return;
		if (how === "trickle" && to === near)
			for (const byte of piece)
				waiting.push(Buffer.of(byte));
		else
			to.write(piece);
	};
	near.on("data", (piece) => pass(piece, far));
	far.on("data", (piece) => pass(piece, near));
	for (const one of [near, far]) {
		one.on("error", end);
		one.on("close", () => {
			clearInterval(trickle);
			if (how !== "mute")
				end();
		});
	}
});
server.listen(0, "127.0.0.1", () => fs.writeFileSync(`${folder}/relay_port`, `${server.address().port}\n`));
