def handler(event, context):
    return {"reserved": True}
