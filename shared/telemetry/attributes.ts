/** Attribute names of spans and metrics: OpenTelemetry's semantic conventions where they have one, `patchbay.*` else. */
export const ATTRIBUTES = {
  errorType: "error.type",
  httpRoute: "http.route",
  httpStatus: "http.response.status_code",

  messagingSystem: "messaging.system",
  messagingOperationName: "messaging.operation.name",
  messagingOperationType: "messaging.operation.type",
  messagingDestination: "messaging.destination.name",
  messagingDestinationTemplate: "messaging.destination.template",
  messagingMessageId: "messaging.message.id",
  messagingConversationId: "messaging.message.conversation_id",

  genAiOperation: "gen_ai.operation.name",
  genAiProvider: "gen_ai.provider.name",
  genAiRequestModel: "gen_ai.request.model",
  genAiResponseModel: "gen_ai.response.model",
  genAiInputTokens: "gen_ai.usage.input_tokens",
  genAiOutputTokens: "gen_ai.usage.output_tokens",
  genAiAgent: "gen_ai.agent.name",
  genAiWorkflow: "gen_ai.workflow.name",
  genAiTool: "gen_ai.tool.name",
  mcpMethod: "mcp.method.name",

  /** The name of the span that a metric is about. */
  operation: "patchbay.operation",
  app: "patchbay.app",
  bridge: "patchbay.bridge",
  command: "patchbay.command",
  commandId: "patchbay.command.id",
  correlationId: "patchbay.correlation_id",
  planId: "patchbay.plan.id",
  runId: "patchbay.run.id",
  stepId: "patchbay.step.id",
  lane: "patchbay.lane",
  priority: "patchbay.priority",
  outcome: "patchbay.outcome",
} as const;
