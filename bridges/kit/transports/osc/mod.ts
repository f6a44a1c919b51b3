/** Open Sound Control 1.0 over UDP, with what its applications leave out: answers that belong to questions, and retries. */
export { isOscAddress, isOscPattern, matchesOscPattern } from "./address.ts";
export { OscArgument, type OscValue, sameValue as sameOscValue } from "./argument.ts";
export {
  decodePacket as decodeOsc,
  encodeBundle as encodeOscBundle,
  encodeMessage as encodeOscMessage,
  type OscMessage,
  type ReceivedMessage as ReceivedOscMessage,
} from "./codec.ts";
export { openOsc, type OscOptions, type OscStatistics, type OscTransport } from "./open.ts";
export {
  type OscAnswer,
  type OscMatch,
  OscRequest,
  type OscRequestInput,
  type OscVerification,
  type Question as OscQuestion,
} from "./request.ts";
