// The same job as in benchmarks/peers.py, as a Probot app: `node index.js GITHUB` says its port and serves.
// Octokit's own brake on writes is off, as ours is: nothing else could be seen behind it.

import { createServer } from "node:http";
import { createNodeMiddleware, createProbot, ProbotOctokit } from "probot";

const COMMAND = /^\/release (\S+)/m;

const app = (probot) => {
  probot.on("issue_comment.created", async (context) => {
    const { comment } = context.payload;
    const found = COMMAND.exec(comment.body);
    if (!found) return;
    const { rest } = context.octokit;
    const { data } = await rest.repos.getCollaboratorPermissionLevel(context.repo({ username: comment.user.login }));
    if (!["write", "admin"].includes(data.permission)) return;
    const reaction = (content) => context.repo({ comment_id: comment.id, content });
    await rest.reactions.createForIssueComment(reaction("eyes"));
    const inputs = { task: found[1], version: "1.0.0" };
    const run = context.repo({ workflow_id: "release.yml", ref: "main", inputs });
    await rest.actions.createWorkflowDispatch(run);
    await rest.reactions.createForIssueComment(reaction("rocket"));
  });
};

const [github] = process.argv.slice(2);
const told = await (await fetch(`${github}/bench/app`)).json();
const probot = createProbot({
  overrides: {
    appId: told.id,
    privateKey: told.private_key,
    secret: told.webhook_secret,
    baseUrl: `${github}/api/v3`,
    Octokit: ProbotOctokit.defaults((options) => ({ ...options, throttle: { ...options.throttle, enabled: false } })),
  },
});
const middleware = await createNodeMiddleware(app, { probot, webhooksPath: "/webhook" });
const server = createServer(middleware);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
