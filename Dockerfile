# lintdem in an image: docker run --rm -v "$PWD:/project" lintdem
FROM python:3.13-slim
COPY . /lintdem
RUN pip install --no-cache-dir /lintdem && useradd --create-home lintdem
USER lintdem
WORKDIR /project
ENTRYPOINT ["lintdem"]
CMD ["check", "--no-cache"]
