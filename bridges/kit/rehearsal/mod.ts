/** Stages: what a bridge gives so that plans can be rehearsed with its application, and how one is opened. */
export { type ChildNews, endChild, type StartedChild, watchChildren } from "../supervision/child.ts";
export * from "./kept_assets.ts";
export * from "./stage.ts";
export * from "./staged_application.ts";
