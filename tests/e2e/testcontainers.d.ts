/** The part of testcontainers that is used here: its own declarations bring those of an old Node, which break others. */

export interface WaitStrategy {
  withStartupTimeout(timeoutMs: number): this;
}

export const Wait: {
  forHealthCheck(): WaitStrategy;
  forOneShotStartup(): WaitStrategy;
};

export class DockerComposeEnvironment {
  constructor(composeFilePath: string, composeFiles: string | string[]);
  withProjectName(name: string): this;
  withEnvironment(environment: Record<string, string>): this;
  withBuild(): this;
  withWaitStrategy(containerName: string, strategy: WaitStrategy): this;
  withStartupTimeout(timeoutMs: number): this;
  up(services?: string[]): Promise<unknown>;
}
