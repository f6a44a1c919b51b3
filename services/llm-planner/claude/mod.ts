/** Plans with Anthropic's models: a structured answer of the Messages API, validated here. The key is never logged. */
export { claudeProvider, type ClaudeSettings } from "./provider.ts";
