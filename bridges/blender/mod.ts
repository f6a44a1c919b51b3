/** The Blender bridge: the manifest, the adapter that drives Blender over the App link, and a simulator of Blender. */
export { blender, type BlenderCommands } from "./manifest.ts";
