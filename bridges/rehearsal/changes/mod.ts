/** What differs between two states of an application: which things came, went and changed. */
export * from "./differences.ts";
export { shorten } from "./shorten.ts";
