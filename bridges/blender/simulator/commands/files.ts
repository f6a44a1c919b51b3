/** Files: the document itself, as JSON under Blender's ending, and exchange with other programs. */
import { BEYOND_SIMULATOR } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { join } from "node:path";
import { NEW_LIGHTS } from "./lights.ts";
import { addObject } from "./objects.ts";
import { putInto } from "./scene.ts";
import type { CommandContext, Handlers } from "../command_context.ts";
import { type Document, emptyDocument, newMaterial, newObject } from "../document.ts";
import { exportScene, importParts, isFormat, MEDIA_TYPES, READABLE } from "../exchange/formats.ts";
import { localFileOf, makeFile } from "../files.ts";
import { familyOf, freeName, objectNamed } from "../lookup.ts";
import { primitive } from "../primitives.ts";
import { readDocument, writeDocument } from "../saved_document.ts";

const BLEND = "application/x-blender";

export const files: Handlers<"import_file" | "export_file" | "open_file" | "save_file" | "new_file"> = {
  async import_file({ document }, args) {
    const { path, name } = localFileOf(args.file);
    const format = args.format ?? name.split(".").at(-1)?.toLowerCase() ?? "";
    if (!isFormat(format)) {
      throw new PatchbayError("COMMAND_FAILED", `Cannot import '${name}': the simulator does not read '${format}'`, {
        context: { available: READABLE, ...BEYOND_SIMULATOR },
      });
    }
    const parts = importParts(format, await Deno.readFile(path), name);
    const added = parts.map((part) => {
      const object = addObject(document, newObject(part.name, "mesh"));
      object.location = part.location;
      object.mesh = freeName(document.meshes, part.name);
      document.meshes[object.mesh] = part.mesh;
      if (part.color !== undefined) {
        const material = freeName(document.materials, object.name);
        document.materials[material] = newMaterial(part.color);
        object.materials = [material];
      }
      if (args.collection !== undefined) putInto(document, object.name, args.collection, true);
      return object.name;
    });
    return { objects: added };
  },

  async export_file({ document, workDir }, args) {
    const { format } = args;
    if (!isFormat(format)) {
      throw new PatchbayError("COMMAND_FAILED", `Cannot export: the simulator does not write '${format}'`, {
        context: { available: READABLE, ...BEYOND_SIMULATOR },
      });
    }
    const wanted = [
      ...(args.object === undefined ? [] : familyOf(document, args.object)),
      ...(args.objects ?? []).map((name) => objectNamed(document, name)),
    ];
    const all = args.object === undefined && args.objects === undefined;
    const content = exportScene(format, document, all ? Object.values(document.objects) : [...new Set(wanted)]);
    const file = await makeFile(workDir, `${args.name}.${format}`, MEDIA_TYPES[format], content);
    return { file, format, also: [] };
  },

  async open_file(context, args) {
    refuseToLose(context.document, args.discard);
    const name = args.file?.name ?? blendName(args.name!);
    const path = args.file === undefined ? savedPath(context, name) : localFileOf(args.file).path;
    const content = await Deno.readFile(path).catch(async (cause) => {
      throw new PatchbayError("NOT_FOUND", `There is no saved file '${name}'`, {
        cause,
        context: {
          kind: "file",
          name,
          available: await savedFiles(context),
          ...(context.staged ? BEYOND_SIMULATOR : {}),
        },
      });
    });
    Object.assign(context.document, readDocument(content, name));
    context.event("file_opened", { name });
    return { ...context.document.file };
  },

  async save_file(context, args) {
    const { document, workDir } = context;
    const given = args.name ?? document.file.name;
    const name = given === null ? await unusedName(context) : blendName(given);
    const saved = args.copy ? document.file : { name, dirty: false };
    const content = writeDocument({ ...document, file: { name, dirty: false } });
    await Deno.mkdir(join(workDir, "files"), { recursive: true });
    await Deno.writeFile(savedPath(context, name), content);
    document.file = { ...saved };
    return { ...saved, file: await makeFile(workDir, name, BLEND, content) };
  },

  new_file(context, args) {
    refuseToLose(context.document, args.discard);
    Object.assign(context.document, emptyDocument());
    if (args.template === "default") addDefaults(context.document);
    context.event("file_opened", { name: null });
    return { ...context.document.file };
  },
};

/** A scene that nobody has named takes the place of no other. */
async function unusedName(context: CommandContext): Promise<string> {
  for (let number = 1;; number++) {
    const name = number === 1 ? "scene.blend" : `scene-${number}.blend`;
    if (await Deno.stat(savedPath(context, name)).then(() => false, () => true)) return name;
  }
}

function refuseToLose(document: Document, discard: boolean): void {
  if (!document.file.dirty || discard) return;
  throw PatchbayError.of("CONFLICT", "The scene has changes that are not saved", {
    remedy: "Save it first with `save_file`, or give `discard: true`.",
  });
}

const blendName = (name: string) => name.toLowerCase().endsWith(".blend") ? name : `${name}.blend`;

const savedPath = ({ workDir }: CommandContext, name: string) => join(workDir, "files", name);

async function savedFiles({ workDir }: CommandContext): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(join(workDir, "files")))).map(({ name }) => name);
  } catch {
    return []; // nothing was saved yet
  }
}

/** Blender's start-up scene. */
function addDefaults(document: Document): void {
  document.collections["Collection"] = { parent: null };
  const collections = ["Collection"];
  const cube = addObject(document, {
    ...newObject("Cube", "mesh"),
    mesh: "Cube",
    materials: ["Material"],
    collections: [...collections],
  });
  document.meshes[cube.mesh!] = primitive("cube", 2)!;
  document.materials["Material"] = newMaterial();
  const { energy, size } = NEW_LIGHTS.point;
  addObject(document, {
    ...newObject("Light", "light"),
    collections: [...collections],
    location: [4.08, 1.01, 5.9],
    light: { type: "point", energy, size, color: [1, 1, 1], spot_angle: 45 },
  });
  const camera = addObject(document, {
    ...newObject("Camera", "camera"),
    collections: [...collections],
    location: [7.36, -6.93, 4.96],
    rotation: [63.56, 0, 46.69],
    focalLength: 50,
  });
  document.activeCamera = camera.name;
}
