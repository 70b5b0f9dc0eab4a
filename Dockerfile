# The image for the pods of distributed perf-checks; it holds the whole command.
FROM node:22-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY bin bin
COPY scripts scripts
COPY src src
RUN npm run build

FROM node:22-slim
WORKDIR /opt/meshform
COPY package.json LICENSE ./
COPY schemas schemas
COPY patterns patterns
COPY --from=build /src/bin bin
COPY --from=build /src/dist dist
RUN ln -s /opt/meshform/bin/meshform.js /usr/local/bin/meshform
USER 65532
ENTRYPOINT ["meshform"]
