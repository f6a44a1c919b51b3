/** The synth definitions that `manifests/supercollider.yaml` brings along: a tone, players of buffers, and a recorder. */
import { encodeSynthDefs, type Patch, type SynthDef, synthDef } from "./synthdef.ts";

/** The unit generator frees its synth when it is done. */
const FREE_SELF = 2;
const ATTACK_S = 0.01;
const RELEASE_S = 0.05;

/** A sine on two channels, without clicks; it frees itself after its `gate` is closed. */
const tone = synthDef("patchbay_tone", { out: 0, frequency: 440, amplitude: 0.2, gate: 1 }, (patch) => {
  const { parameter, ugen, multiply } = patch;
  const [sine] = ugen("SinOsc", "audio", [parameter("frequency"), 0]);
  const [envelope] = ugen("Linen", "control", [parameter("gate"), ATTACK_S, 1, RELEASE_S, FREE_SELF]);
  const level = multiply("control", envelope!, parameter("amplitude"));
  const sound = multiply("audio", sine!, level);
  ugen("Out", "audio", [parameter("out"), sound, sound], { outputs: 0 });
});

/** Plays a buffer of so many channels; it frees itself at the end. */
const player = (channels: 1 | 2) =>
  synthDef(`patchbay_player_${channels}`, { out: 0, buffer: 0, rate: 1, amplitude: 1, loop: 0 }, (patch) => {
    const { parameter, ugen, multiply } = patch;
    const [scale] = ugen("BufRateScale", "control", [parameter("buffer")]);
    const rate = multiply("control", scale!, parameter("rate"));
    const played = ugen("PlayBuf", "audio", [parameter("buffer"), rate, 1, 0, parameter("loop"), FREE_SELF], {
      outputs: channels,
    });
    const sounds = played.map((sound) => multiply("audio", sound, parameter("amplitude")));
    ugen("Out", "audio", [parameter("out"), sounds[0]!, sounds[1] ?? sounds[0]!], { outputs: 0 });
  });

/** Fills a buffer of one channel with what is heard on a bus; it frees itself once the buffer is full. */
const recorder = synthDef("patchbay_recorder", { in: 0, buffer: 0 }, (patch: Patch) => {
  const { parameter, ugen } = patch;
  const [sound] = ugen("In", "audio", [parameter("in")]);
  ugen("RecordBuf", "audio", [parameter("buffer"), 0, 1, 0, 1, 0, 1, FREE_SELF, sound!]);
});

/** Says ten times a second how loud a bus is: `/tr`, with `id`. */
const meter = synthDef("patchbay_meter", { in: 0, id: 0, rate: 10 }, (patch: Patch) => {
  const { parameter, ugen } = patch;
  const [sound] = ugen("In", "audio", [parameter("in")]);
  const [loudness] = ugen("Amplitude", "control", [sound!, 0.01, 0.1]);
  const [beat] = ugen("Impulse", "control", [parameter("rate"), 0]);
  ugen("SendTrig", "control", [beat!, parameter("id"), loudness!], { outputs: 0 });
});

export const DEFINITIONS: readonly SynthDef[] = [tone, player(1), player(2), recorder, meter];

/** The file that `/d_recv` is given. */
export const definitionsFile = (): Uint8Array => encodeSynthDefs(DEFINITIONS);
