/** Bridges to scripts, in Python or anything else: the bridge starts and supervises them, and they say what they offer. */
export { bridge } from "./bridge.ts";
export { readScript, type ScriptEntry } from "./script_file.ts";
export { ScriptManifest, scriptManifest } from "./script_manifest.ts";
export { type ScriptBridgeOptions, startScriptBridge } from "./start.ts";
