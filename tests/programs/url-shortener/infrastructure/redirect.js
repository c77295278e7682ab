exports.handler = async () => ({ statusCode: 302 });
