"""Keeps what a page of the desk plays."""

HEAR = """() => {
  const {context} = window.broadcasterAlarms;
  window.loudest = 0;
  const analyser = new AnalyserNode(context, {fftSize: 2048});
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...more) {
    if (target === context.destination) connect.call(this, analyser);
    return connect.call(this, target, ...more);
  };
  const samples = new Float32Array(2048);
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    window.loudest = Math.max(window.loudest, ...samples.map(Math.abs));
  }, 30);
}"""
"""Measures what the page sends to the loudspeaker."""
