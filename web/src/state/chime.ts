/** The sound of a new message: two soft tones of our own, made when they are heard. */

const TONES = [
  { hertz: 587.33, at: 0 },
  { hertz: 880, at: 0.11 },
] as const;
const LENGTH_SECONDS = 0.42;
const LOUDNESS = 0.12;

let context: AudioContext | null = null;

/** Browsers let a page be heard once somebody used it. */
export function canChime(): boolean {
  return typeof AudioContext !== "undefined" && navigator.userActivation.hasBeenActive;
}

export function chime(): void {
  context ??= new AudioContext();
  const { currentTime: now, destination } = context;
  void context.resume();
  for (const { hertz, at } of TONES) {
    const tone = new OscillatorNode(context, { type: "sine", frequency: hertz });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, now + at);
    volume.gain.linearRampToValueAtTime(LOUDNESS, now + at + 0.012);
    volume.gain.exponentialRampToValueAtTime(0.0001, now + at + LENGTH_SECONDS);
    tone.connect(volume).connect(destination);
    tone.start(now + at);
    tone.stop(now + at + LENGTH_SECONDS);
  }
}
