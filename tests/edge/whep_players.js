// Players of a WHEP channel: two libraries, and imitations of other clients in the field.
// Each returns {connection, stream, stop}; every status the endpoint answered is in `statuses`.

const statuses = [];
const send = window.fetch;
window.fetch = async (url, options) => {
  const reply = await send(url, options);
  statuses.push(`${options.method} ${reply.status}`);
  return reply;
};
const SDP = {"Content-Type": "application/sdp"};

function listening(connection) {
  return new Promise((resolve) => {
    connection.ontrack = ({track}) => resolve(new MediaStream([track]));
  });
}

// The client library of the WHEP author: trickles by PATCH without If-Match.
export async function whip_whep(url) {
  const {WHEPClient} = await import("/modules/whip-whep/whep.js");
  const connection = new RTCPeerConnection();
  connection.addTransceiver("audio", {direction: "recvonly"});
  const stream = listening(connection);
  const client = new WHEPClient();
  await client.view(connection, url);
  return {connection, stream: await stream, stop: () => client.stop()};
}

// A CommonJS module, as Node loads it; modules that it requires and does not get are not used here.
async function commonJs(url, given = {}) {
  const module = {exports: {}};
  const run = new Function("module", "exports", "require", await (await send(url)).text());
  run(module, module.exports, (name) => given[name] ?? {});
  return module.exports;
}

// Eyevinn's player: waits for its candidates, offers video too, asks for nack of audio.
export async function eyevinn(url) {
  const events = await commonJs("/modules/events/events.js");
  const {WebRTCPlayer} = await commonJs("/modules/@eyevinn/webrtc-player/dist/main.js", {events});
  const video = document.body.appendChild(document.createElement("video"));
  video.muted = true;
  const loaded = new Promise((resolve) => { video.onloadedmetadata = resolve; });
  const player = new WebRTCPlayer({video, type: "whep", iceServers: []});
  await player.load(new URL(url));
  await loaded;
  return {connection: player.peer, stream: video.srcObject, stop: () => player.unload()};
}

// Gathers first, offers video too, never trickles, deletes its session.
export async function patient(url) {
  const connection = new RTCPeerConnection();
  connection.addTransceiver("video", {direction: "recvonly"});
  connection.addTransceiver("audio", {direction: "recvonly"});
  const stream = listening(connection);
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== "complete") {
    await new Promise((resolve) => { connection.onicegatheringstatechange = resolve; });
  }
  const reply = await fetch(url, {method: "POST", headers: SDP, body: connection.localDescription.sdp});
  const session = new URL(reply.headers.get("Location"), url);
  await connection.setRemoteDescription({type: "answer", sdp: await reply.text()});
  return {
    connection, stream: await stream,
    stop: async () => { await fetch(session, {method: "DELETE"}); connection.close(); },
  };
}

// Asks OPTIONS for ICE servers, offers video, audio and data, trickles with If-Match: *, and takes
// any answer to PATCH but 204 as the end; closes without DELETE.
export async function strict(url) {
  await fetch(url, {method: "OPTIONS"});
  const connection = new RTCPeerConnection();
  connection.addTransceiver("video", {direction: "recvonly"});
  connection.addTransceiver("audio", {direction: "recvonly"});
  connection.createDataChannel("");
  const stream = listening(connection);
  const offer = await connection.createOffer();
  const reply = await fetch(url, {method: "POST", headers: SDP, body: offer.sdp});
  const session = new URL(reply.headers.get("Location"), url);
  const headers = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"};
  const credentials = offer.sdp.split("\r\n").filter((line) => /^a=ice-(ufrag|pwd):/.test(line)).slice(0, 2);
  connection.onicecandidate = ({candidate}) => {
    if (!candidate?.candidate) return;
    const lines = [...credentials, "m=audio 9 UDP/TLS/RTP/SAVPF 0", `a=mid:${candidate.sdpMid}`];
    const body = [...lines, `a=${candidate.candidate}`, ""].join("\r\n");
    fetch(session, {method: "PATCH", headers, body});
  };
  await connection.setLocalDescription(offer);
  await connection.setRemoteDescription({type: "answer", sdp: await reply.text()});
  return {connection, stream: await stream, stop: async () => connection.close()};
}

// Plays it, the way window.broadcasterPlayer of the tests' tap wants it.
// The sound output starts first: a browser that needs a second for it plays faster afterwards.
export async function play(name, url) {
  const context = new AudioContext();
  await context.resume();
  const player = await {whip_whep, eyevinn, patient, strict}[name](url);
  const audio = new Audio();
  audio.muted = true;
  audio.srcObject = player.stream;
  await audio.play();
  window.player = player;
  window.broadcasterPlayer = {context, output: context.createMediaStreamSource(player.stream)};
}

export async function report() {
  const {connection} = window.player;
  const stats = [...(await connection.getStats()).values()];
  const inbound = stats.find(({type, kind}) => type === "inbound-rtp" && kind === "audio");
  return {state: connection.connectionState, statuses, ...inbound};
}
