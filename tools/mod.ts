/** What keeps the repository in order: the import-direction check, the test runner, the generated references. */
export * from "./import_direction.ts";
