/** The description of everything that the gateway serves. */
import { openApiDocument } from "../openapi.ts";
import { type Route, route } from "../route.ts";

/** @param others the routes to describe, besides this one */
export function openApiRoute(others: readonly Route[], info: { version: string }): Route {
  let document: string | undefined;
  const self: Route = route({
    method: "GET",
    path: "/openapi.json",
    id: "getOpenApi",
    summary: "This document.",
    scope: "public",
    answers: { 200: { description: "OpenAPI 3.1" } },
  }, () => {
    document ??= JSON.stringify(openApiDocument([...others, self], info));
    return new Response(document, { headers: { "Content-Type": "application/json", "Cache-Control": "no-cache" } });
  });
  return self;
}
