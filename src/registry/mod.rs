//! What was deployed where: `deployments/<net>.yaml`.
