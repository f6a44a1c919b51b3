/** Tests across parts: integration, e2e, faults, bench. They may import anything; nothing imports them. */
export { startOtlpReceiver } from "./otlp_receiver.ts";
export { startTestStudio } from "./studio.ts";
