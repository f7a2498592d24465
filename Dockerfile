FROM python:3.13-slim
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY broadcaster broadcaster
COPY listener_web listener_web
RUN pip install --no-cache-dir -c constraints.txt '.[rehearsal,report,s3]' && useradd --system broadcaster \
    && mkdir /data && chown broadcaster /data
USER broadcaster
ENV BROADCASTER_DATA_DIR=/data BROADCASTER_HOST=0.0.0.0
VOLUME /data
EXPOSE 8080/tcp
ENTRYPOINT ["broadcaster"]
CMD ["serve"]
