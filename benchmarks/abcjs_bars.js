// What abcjs (https://abcjs.net) reads in the tunes of the file named: JSON, one object a line and tune.
// `voices`: where the bars of each voice end, in whole notes; of overlays (&) only what lies over a voice's main line is
// left out, since abcjs pads them by the length of tuplets as they are written. `warnings`: what it complains of.
// `notes`: onset and pitch as it plays them.
"use strict";
const fs = require("fs");
const abcjs = require("abcjs");

function barEnds(elements, start) {
  const ends = [];
  let time = start, left = 0, stretch = 1;
  for (const element of elements) {
    if (element.el_type === "bar") {
      ends.push(time);
    } else if (element.el_type === "note") {
      if (element.startTriplet) [left, stretch] = [element.tripletR, element.tripletMultiplier];
      time += element.duration * (left > 0 ? stretch : 1);
      left -= 1;
    }
  }
  return [ends, time];
}

const text = fs.readFileSync(process.argv[2], "utf8");
for (const tune of abcjs.parseOnly(text)) {
  const voices = [];
  for (const line of tune.lines)
    (line.staff || []).forEach((staff, s) => {
      voices[s] = voices[s] || { ends: [], time: 0 };
      const [ends, time] = barEnds(staff.voices[0], voices[s].time);
      voices[s].ends.push(...ends);
      voices[s].time = time;
    });
  const audio = tune.setUpAudio({ chordsOff: true, drumOff: true });
  const notes = audio.tracks.flatMap((track) =>
    track.filter((event) => event.cmd === "note").map((event) => [event.start, event.pitch])
  );
  process.stdout.write(JSON.stringify({ voices: voices.map((voice) => voice.ends), warnings: tune.warnings || [], notes }) + "\n");
}
