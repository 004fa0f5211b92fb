// What abcjs (https://abcjs.net) reads in the tunes of the file named: JSON, one object a line and tune.
// Grace notes and decorations are taken out first: abcjs plays them, Segue drops them. Times are whole notes.
"use strict";
const fs = require("fs");
const abcjs = require("abcjs");

function plain(tune) {
  for (const line of tune.lines)
    for (const staff of line.staff || [])
      for (const voice of staff.voices)
        for (const element of voice) {
          delete element.gracenotes;
          delete element.decoration;
        }
}

// The elements of each voice through all lines.
function voices(tune) {
  const found = new Map();
  for (const line of tune.lines)
    (line.staff || []).forEach((staff, s) =>
      staff.voices.forEach((voice, v) => {
        const key = s + "." + v;
        if (!found.has(key)) found.set(key, []);
        found.get(key).push(...voice);
      })
    );
  return [...found.values()];
}

function written(elements) {
  const voice = { pieces: [], bars: [], chords: [], lyrics: [] };
  let time = 0, left = 0, stretch = 1;
  for (const element of elements) {
    if (element.el_type === "bar") {
      voice.bars.push([time, element.type, element.startEnding || ""]);
    } else if (element.el_type === "note") {
      if (element.startTriplet) [left, stretch] = [element.tripletR, element.tripletMultiplier];
      const duration = element.duration * (left > 0 ? stretch : 1);
      for (const chord of element.chord || [])
        if (chord.position === "default") voice.chords.push([time, chord.name]);
      (element.lyric || []).forEach((lyric, verse) => {
        if (lyric.syllable) voice.lyrics.push([time, verse + 1, lyric.syllable, lyric.divider]);
      });
      const heard = element.midiPitches || [];
      let at = 0;
      for (const pitch of element.pitches || []) {
        const goesOn = pitch.endTie !== undefined && heard.length < element.pitches.length;
        voice.pieces.push([time, duration, pitch.pitch, goesOn ? null : at < heard.length ? heard[at++].pitch : -1]);
      }
      time += duration;
      if (left > 0) left -= 1;
    }
  }
  return voice;
}

function played(track) {
  return track.filter((event) => event.cmd === "note").map((event) => [event.start, event.duration, event.pitch]);
}

const text = fs.readFileSync(process.argv[2], "utf8");
for (const tune of abcjs.parseOnly(text)) {
  plain(tune);
  const audio = tune.setUpAudio({ chordsOff: true, drumOff: true });
  const dump = {
    title: tune.metaText.title,
    voices: voices(tune).map(written),
    played: audio.tracks.map(played),
  };
  process.stdout.write(JSON.stringify(dump) + "\n");
}
