# The worker and the commands in one image: `docker run smc-batch worker`, `docker run smc-batch status`.
FROM node:26.10.0-trixie AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY bench bench
COPY src src
COPY workflows workflows
COPY activities activities
RUN npm run build

# Production modules. @temporalio/core-bridge brings its native core for five platforms: one stays.
FROM node:26.10.0-trixie AS modules
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
RUN platform="$(node -p "({ x64: 'x86_64', arm64: 'aarch64' })[process.arch]")-unknown-linux-gnu" \
 && test -d "node_modules/@temporalio/core-bridge/releases/$platform" \
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$platform" -exec rm -r {} +

FROM node:26.10.0-trixie-slim
LABEL org.opencontainers.image.title="smc-batch" \
      org.opencontainers.image.description="Batch migrations of servers to Alibaba Cloud, orchestrated by Temporal" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
WORKDIR /app
# The slim image has no CA certificates of its own, and Temporal's native core reads the system's.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/dist/workflows dist/workflows
COPY --from=build /app/dist/activities dist/activities
COPY --from=build /app/dist/workflow-bundle.js dist/workflow-bundle.js
COPY package.json LICENSE ./
COPY examples examples
COPY deploy/image/worker-health.mjs worker-health.mjs
# The image's user `node`, by number: Kubernetes' runAsNonRoot asks for a number.
USER 1000:1000
# A worker is healthy while it takes work, or without SMC_METRICS_ADDRESS while it is connected to Temporal.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "/app/worker-health.mjs"]
ENTRYPOINT ["node", "/app/dist/src/cli.js"]
CMD ["worker"]
